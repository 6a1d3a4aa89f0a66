# snapfmt_compile_schemas(<output.cpp> <schemas folder>): compiles the JSON schemas with
# snapfmt-schemac whenever one of them, or the compiler, changes.
function(snapfmt_compile_schemas output folder)
  file(GLOB_RECURSE schemas CONFIGURE_DEPENDS "${folder}/*.json")
  get_filename_component(output_folder "${output}" DIRECTORY)
  file(MAKE_DIRECTORY "${output_folder}")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND snapfmt-schemac --output "${output}" "${folder}"
    DEPENDS snapfmt-schemac ${schemas}
    COMMENT "Compiling schemas"
    VERBATIM)
endfunction()
