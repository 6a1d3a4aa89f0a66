# SNAPFMT_SANITIZE and SNAPFMT_LIBFUZZER, applied to every target through snapfmt_options.
set(sanitizers "${SNAPFMT_SANITIZE}")
if(SNAPFMT_LIBFUZZER)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "SNAPFMT_LIBFUZZER needs Clang; this is ${CMAKE_CXX_COMPILER_ID}")
  endif()
  # Coverage counters everywhere; only the fuzz targets link libFuzzer's own main.
  string(APPEND sanitizers ",fuzzer-no-link")
endif()
string(REGEX REPLACE "^," "" sanitizers "${sanitizers}")

if(sanitizers)
  # Any report ends the program, so that no test passes over it.
  set(flags "-fsanitize=${sanitizers}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(snapfmt_options INTERFACE ${flags})
  target_link_options(snapfmt_options INTERFACE ${flags})
endif()
