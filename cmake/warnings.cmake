# snapfmt_options: what every target of this project is compiled with. Never exported.
add_library(snapfmt_options INTERFACE)

target_compile_options(
  snapfmt_options
  INTERFACE -Wall
            -Wextra
            -Wconversion
            -Wshadow
            -Wold-style-cast
            -Wcast-qual
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wformat=2
            # Designated initialisers leave members to their defaults on purpose.
            -Wno-missing-field-initializers
            $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wlogical-op>
            $<$<BOOL:${SNAPFMT_WERROR}>:-Werror>)

# The same binary from whatever folder it was built in; diagnostics keep full paths.
target_compile_options(snapfmt_options INTERFACE "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")

# Start-up is part of every figure: link no shared library that is not used.
if(CMAKE_SYSTEM_NAME MATCHES "Linux|FreeBSD")
  target_link_options(snapfmt_options INTERFACE "LINKER:--as-needed")
endif()

# Debug builds check the standard library's preconditions too (span and vector bounds).
target_compile_definitions(snapfmt_options INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

if(SNAPFMT_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT lto_works OUTPUT lto_reason LANGUAGES CXX)
  if(lto_works)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  else()
    message(WARNING "SNAPFMT_LTO: not with this compiler: ${lto_reason}")
  endif()
endif()
