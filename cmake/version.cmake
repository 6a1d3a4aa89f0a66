# Writes snapfmt/version.h from the project's version.
set(SNAPFMT_GENERATED_INCLUDE "${PROJECT_BINARY_DIR}/generated/include")
configure_file("${PROJECT_SOURCE_DIR}/cmake/version.h.in"
               "${SNAPFMT_GENERATED_INCLUDE}/snapfmt/version.h" @ONLY)
