# The built tools as a user runs them: label `tools`. See run_cases.py for the form of a case.
find_package(Python3 COMPONENTS Interpreter)
if(NOT Python3_FOUND OR NOT TARGET snapinfo)
  return()
endif()
set(folder "${CMAKE_CURRENT_LIST_DIR}")
set(samples "${PROJECT_BINARY_DIR}/samples")

# The samples with their guest memory, which the repository holds as a description only.
add_test(NAME tools.samples COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/samples/make-ram"
                                    --out "${samples}")
set_tests_properties(tools.samples PROPERTIES LABELS tools FIXTURES_SETUP samples)

# snapfmt_tool_test(<name> <script> [ARG...])
function(snapfmt_tool_test name script)
  add_test(
    NAME tools.${name}
    COMMAND Python3::Interpreter -B "${folder}/${script}" --tools "${PROJECT_BINARY_DIR}/tools"
            --samples "${samples}" ${ARGN})
  set_tests_properties(
    tools.${name} PROPERTIES LABELS tools FIXTURES_REQUIRED samples SKIP_RETURN_CODE 77
                             TIMEOUT 600)
endfunction()

file(GLOB groups CONFIGURE_DEPENDS RELATIVE "${folder}/cases" "${folder}/cases/*")
foreach(group IN LISTS groups)
  snapfmt_tool_test(cases.${group} run_cases.py ${group})
endforeach()
snapfmt_tool_test(widths check_widths.py)
snapfmt_tool_test(json check_json.py)
snapfmt_tool_test(docs check_docs.py)
snapfmt_tool_test(manual check_manual.py)

# The README's program, as it stands there.
set(readme "${PROJECT_SOURCE_DIR}/README.md")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${readme}")
file(READ "${readme}" text)
string(REGEX REPLACE ".*```cpp\n" "" text "${text}")
string(REGEX REPLACE "```.*" "" text "${text}")
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/readme_example.cpp" CONTENT "${text}" @ONLY)
add_executable(readme_example "${CMAKE_CURRENT_BINARY_DIR}/readme_example.cpp")
target_link_libraries(readme_example PRIVATE snapfmt::snapfmt snapfmt_options)
add_test(NAME tools.readme_example COMMAND readme_example
                                           "${PROJECT_SOURCE_DIR}/samples/15.0-amd/vm")
set_tests_properties(
  tools.readme_example PROPERTIES LABELS tools PASS_REGULAR_EXPRESSION
                                  "vmcx.vcpu.0..cr0 PG AM WP NE ET MP PE")
