# Compiler launcher, linker and flags of the whole build.

find_program(KEEL_CCACHE ccache)
if(KEEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${KEEL_CCACHE}")
endif()

# mold first (fastest), then lld; the compiler's own linker when neither is there.
find_program(KEEL_MOLD mold)
find_program(KEEL_LLD NAMES ld.lld-19 ld.lld)
if(KEEL_MOLD)
    add_link_options(-fuse-ld=mold)
elseif(KEEL_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_link_options("--ld-path=${KEEL_LLD}")
endif()

# Every build runs on any x86-64 of the last decade; faster instruction sets are chosen at run time.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-march=x86-64-v2)
endif()

add_compile_options(-fno-omit-frame-pointer)
if(CMAKE_COLOR_DIAGNOSTICS)
    add_compile_options(-fdiagnostics-color=always)
endif()

if(KEEL_SANITIZE)
    add_compile_options("-fsanitize=${KEEL_SANITIZE}" -fno-sanitize-recover=all)
    add_link_options("-fsanitize=${KEEL_SANITIZE}")
endif()

if(KEEL_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "KEEL_FUZZ needs clang (libFuzzer); use the fuzz preset")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
