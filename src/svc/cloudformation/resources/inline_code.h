// Inline code (Code.ZipFile): the text becomes index.js or index.py in a zip archive, as
// CloudFormation makes it.
#pragma once

#include <string>

#include "base/result.h"

namespace millrace::cloudformation {

struct InlineCode {
  std::string runtime;
  const std::string& source;
};
// ValidationError for a runtime whose code cannot be given as text, and for more than 4 MB.
Result<std::string> zip_inline_code(const InlineCode& code);

}  // namespace millrace::cloudformation
