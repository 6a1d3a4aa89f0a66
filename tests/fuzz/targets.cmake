# fuzz/<name>_fuzz.cpp defines LLVMFuzzerTestOneInput and becomes fuzz_<name>. With
# SNAPFMT_LIBFUZZER it is a fuzzer; else replay_main.cpp runs it over files. Either way
# fuzz/corpus/<name>/ is replayed as the test fuzz.<name>.
file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*_fuzz.cpp")
foreach(source IN LISTS sources)
  get_filename_component(name "${source}" NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" name "${name}")
  set(target fuzz_${name})
  add_executable(${target} "${source}")
  target_link_libraries(${target} PRIVATE snapfmt snapfmt_options)

  set(corpus "${CMAKE_CURRENT_LIST_DIR}/corpus/${name}")
  if(SNAPFMT_LIBFUZZER)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    set(replay ${target} -runs=0)
  else()
    target_sources(${target} PRIVATE "${CMAKE_CURRENT_LIST_DIR}/replay_main.cpp")
    set(replay ${target})
  endif()
  if(EXISTS "${corpus}")
    add_test(NAME fuzz.${name} COMMAND ${replay} "${corpus}")
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
endforeach()
