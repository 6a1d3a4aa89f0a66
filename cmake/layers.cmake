# The layers of libsnapfmt, top first, and whom each may know (docs: the architecture).
# snapfmt_layer() links by this list, and the test `layers` holds every #include against it.
set(SNAPFMT_LAYERS bytes schema container snapshot machine rules time engine diff convert)
set(SNAPFMT_MAY_USE_bytes)
set(SNAPFMT_MAY_USE_schema bytes)
set(SNAPFMT_MAY_USE_container bytes)
set(SNAPFMT_MAY_USE_snapshot bytes schema container)
set(SNAPFMT_MAY_USE_machine ${SNAPFMT_MAY_USE_snapshot} snapshot)
set(SNAPFMT_MAY_USE_rules ${SNAPFMT_MAY_USE_machine} machine)
set(SNAPFMT_MAY_USE_time ${SNAPFMT_MAY_USE_machine} machine)
set(SNAPFMT_MAY_USE_engine ${SNAPFMT_MAY_USE_machine} machine rules time)
set(SNAPFMT_MAY_USE_diff ${SNAPFMT_MAY_USE_engine} engine)
set(SNAPFMT_MAY_USE_convert ${SNAPFMT_MAY_USE_engine} engine)

# snapfmt_layer(<layer> [PUBLIC lib...] [PRIVATE lib...])
#
# The static library snapfmt_<layer> from src/<layer>/*.cpp, linked to the layers that it may
# use. A layer without sources yet is left out, and so is any use of it.
function(snapfmt_layer layer)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PUBLIC;PRIVATE")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "src/${layer}/*.cpp")
  if(layer STREQUAL "bytes")
    list(APPEND sources src/error.cpp)
  endif()
  if(NOT sources)
    return()
  endif()

  set(target snapfmt_${layer})
  add_library(${target} STATIC ${sources})
  target_include_directories(
    ${target}
    PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include" "${SNAPFMT_GENERATED_INCLUDE}"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} snapfmt_options)
  foreach(above IN LISTS SNAPFMT_MAY_USE_${layer})
    if(TARGET snapfmt_${above})
      target_link_libraries(${target} PUBLIC snapfmt_${above})
    endif()
  endforeach()
endfunction()
