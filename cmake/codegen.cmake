# Shapes generated from AWS's service models: library millrace_shapes, headers "aws/<service>.h".
function(millrace_shapes)
  # The pinned botocore lives in the virtual environment that ./dev makes.
  find_program(MILLRACE_PYTHON NAMES python3 PATHS ${CMAKE_SOURCE_DIR}/.venv/bin NO_DEFAULT_PATH)
  find_program(MILLRACE_PYTHON NAMES python3 REQUIRED)
  set(out ${CMAKE_BINARY_DIR}/generated/aws)
  set(services ${CMAKE_SOURCE_DIR}/codegen/services.toml)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/codegen/*.py)
  set(command ${MILLRACE_PYTHON} -B ${CMAKE_SOURCE_DIR}/codegen/generate.py --services ${services} --out ${out})
  # Generated at configure time, so that the list of files is known; again whenever an input changes.
  execute_process(COMMAND ${command} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${command} --list-outputs OUTPUT_VARIABLE outputs
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${services} ${scripts})
  list(FILTER outputs INCLUDE REGEX "\\.cc$")
  add_library(millrace_shapes STATIC ${outputs})
  target_link_libraries(millrace_shapes PUBLIC millrace_aws)
  target_compile_options(millrace_shapes PRIVATE -O1)
endfunction()
