function(millrace_shapes)
  add_library(millrace_shapes INTERFACE)
endfunction()
