# Schema files against the meta schemas: label `schema`.
find_package(Python3 COMPONENTS Interpreter)
if(NOT Python3_FOUND)
  return()
endif()
add_test(
  NAME schema.meta_schemas
  COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_LIST_DIR}/meta_schemas.py"
          "${PROJECT_SOURCE_DIR}/schemas" "${CMAKE_CURRENT_SOURCE_DIR}/data/schema")
set_tests_properties(schema.meta_schemas PROPERTIES LABELS schema SKIP_RETURN_CODE 77 TIMEOUT 120)
