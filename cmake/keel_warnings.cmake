# keel_warnings: the warnings of every file of ours, all of them errors.

add_library(keel_warnings INTERFACE)
target_compile_options(keel_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Werror
    -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wnon-virtual-dtor -Woverloaded-virtual
    -Wformat=2 -Wimplicit-fallthrough -Wextra-semi -Wundef -Wunused)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(keel_warnings INTERFACE
        -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wsuggest-override
        # GCC 12 reports these inside std::string, std::vector, std::optional and std::expected at -O2 and above where
        # nothing is wrong; clang's analysis and the sanitizer builds cover what they are meant to find.
        -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-maybe-uninitialized
        -Wno-free-nonheap-object -Wno-dangling-pointer)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(keel_warnings INTERFACE
        -Wthread-safety -Wthread-safety-beta -Wconditional-uninitialized -Winconsistent-missing-override
        -Wunreachable-code-aggressive)
endif()
