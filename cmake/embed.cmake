# Makes a header of a data file, so that the program needs no files beside it.
#
#   millrace_embed(svc/metering/prices.json svc/metering/prices_data.h millrace::metering kPricesJson)
#
# writes generated/svc/metering/prices_data.h with `inline constexpr std::string_view kPricesJson`.
function(millrace_embed source header namespace name)
  set(path ${CMAKE_SOURCE_DIR}/src/${source})
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(READ ${path} text)
  # One quoted argument, so that a ';' in the file does not make a list of it.
  set(content "// Generated from src/${source}. Do not edit.
#pragma once

#include <string_view>

namespace ${namespace} {
inline constexpr std::string_view ${name} = R\"MILLRACE(${text})MILLRACE\";
}  // namespace ${namespace}
")
  set(output ${CMAKE_BINARY_DIR}/generated/${header})
  if(EXISTS ${output})
    file(READ ${output} before)
  endif()
  if(NOT "${before}" STREQUAL "${content}")
    file(WRITE ${output} "${content}")
  endif()
endfunction()
