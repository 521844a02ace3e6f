# Every library from outside, once. A room names the ones it uses in PRIVATE_LIBS:
#   Boost::headers  keel_asio  keel_boost_json  keel_rocksdb  keel_secp256k1  keel_gmp  OpenSSL::Crypto  OpenSSL::SSL
#   spdlog::spdlog  Threads::Threads
# Targets named keel_* here are built or assembled by this file, and only when something links them.

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

function(keel_external_library target header)
    find_path(${target}_INCLUDE ${header} REQUIRED)
    set(libraries)
    foreach(name IN LISTS ARGN)
        find_library(${target}_${name} NAMES ${name} REQUIRED)
        list(APPEND libraries "${${target}_${name}}")
    endforeach()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${libraries})
endfunction()

# Each verification reads some 30 places of libsecp256k1's tables. Begun on a cache line, an entry is one line, not two.
keel_external_library(keel_secp256k1_packaged secp256k1.h libsecp256k1.a)
set(keel_secp256k1_aligned "${PROJECT_BINARY_DIR}/third_party/libsecp256k1.a")
add_custom_command(OUTPUT "${keel_secp256k1_aligned}"
    COMMAND ${CMAKE_OBJCOPY} --set-section-alignment .rodata=64
            "${keel_secp256k1_packaged_libsecp256k1.a}" "${keel_secp256k1_aligned}"
    DEPENDS "${keel_secp256k1_packaged_libsecp256k1.a}" VERBATIM)
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/third_party")
add_custom_target(keel_secp256k1_archive DEPENDS "${keel_secp256k1_aligned}")
add_library(keel_secp256k1 INTERFACE)
target_link_libraries(keel_secp256k1 INTERFACE "${keel_secp256k1_aligned}")
add_dependencies(keel_secp256k1 keel_secp256k1_archive)
keel_external_library(keel_gmp gmp.h libgmp.a)

# The static archive: gets are 17-20 % cheaper than through the shared library.
keel_external_library(keel_rocksdb rocksdb/db.h librocksdb.a libzstd.a liblz4.a libbz2.a libsnappy.a libz.a libgflags.a)
target_link_libraries(keel_rocksdb INTERFACE Threads::Threads ${CMAKE_DL_LIBS})

# Header-only libraries compiled once instead of in every file that includes them.
add_library(keel_asio STATIC EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/cmake/third_party/boost_asio.cpp")
target_compile_definitions(keel_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_libraries(keel_asio PUBLIC Boost::headers Threads::Threads)

add_library(keel_boost_json STATIC EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/cmake/third_party/boost_json.cpp")
target_link_libraries(keel_boost_json PUBLIC Boost::headers)

add_library(keel_beast STATIC EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/cmake/third_party/boost_beast.cpp")
target_compile_definitions(keel_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(keel_beast PUBLIC keel_asio)
