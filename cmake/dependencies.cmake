# Libraries from the system; nothing is downloaded. scripts/setup installs them.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Zydis 4 REQUIRED)

# snapfmt_find_library(<target> <header> <library>): for libraries whose packages bring no
# CMake files, or bring different ones on different systems.
function(snapfmt_find_library target header library)
  find_path(${target}_INCLUDE_DIR "${header}" REQUIRED)
  find_library(${target}_LIBRARY "${library}" REQUIRED)
  mark_as_advanced(${target}_INCLUDE_DIR ${target}_LIBRARY)
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(
    ${target} PROPERTIES IMPORTED_LOCATION "${${target}_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                  "${${target}_INCLUDE_DIR}")
endfunction()

snapfmt_find_library(snapfmt_zstd zstd.h zstd)
snapfmt_find_library(snapfmt_xxhash xxhash.h xxhash)

if(SNAPFMT_BUILD_TOOLS)
  find_package(CLI11 2.1 REQUIRED)
endif()
if(SNAPFMT_BUILD_TESTS AND NOT SNAPFMT_LIBFUZZER)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
if(SNAPFMT_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()
