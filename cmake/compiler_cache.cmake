# Uses ccache where it is installed and nobody chose another launcher.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(SNAPFMT_CCACHE ccache)
  mark_as_advanced(SNAPFMT_CCACHE)
  if(SNAPFMT_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${SNAPFMT_CCACHE}")
  endif()
endif()
