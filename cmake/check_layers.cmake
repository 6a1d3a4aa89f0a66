# Script: holds each #include "snapfmt/<layer>/..." of each layer's files against the list in
# layers.cmake. Run as: cmake -DROOT=<libsnapfmt> -P check_layers.cmake
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/layers.cmake")

set(wrong "")
foreach(layer IN LISTS SNAPFMT_LAYERS)
  file(GLOB_RECURSE files "${ROOT}/include/snapfmt/${layer}/*.h" "${ROOT}/src/${layer}/*.h"
       "${ROOT}/src/${layer}/*.cpp")
  foreach(file IN LISTS files)
    file(STRINGS "${file}" includes REGEX "^ *# *include +[\"<](snapfmt/)?[a-z_]+/")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE "^ *# *include +[\"<](snapfmt/)?([a-z_]+)/.*$" "\\2" used "${line}")
      if(used IN_LIST SNAPFMT_LAYERS
         AND NOT used STREQUAL layer
         AND NOT used IN_LIST SNAPFMT_MAY_USE_${layer})
        string(APPEND wrong "${file}: layer ${layer} may not know ${used}: ${line}\n")
      endif()
    endforeach()
  endforeach()
endforeach()

if(wrong)
  message(FATAL_ERROR "${wrong}")
endif()
