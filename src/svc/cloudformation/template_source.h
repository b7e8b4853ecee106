// Where a request's template text comes from.
#pragma once

#include <optional>
#include <string>

#include "svc/operation.h"

namespace millrace::cloudformation {

// The text of TemplateBody, or of TemplateURL read through S3's GetObject as the caller. Errors:
// ValidationError.
Result<std::string> read_template(svc::Context& ctx, const std::optional<std::string>& body,
                                  const std::optional<std::string>& url);

}  // namespace millrace::cloudformation
