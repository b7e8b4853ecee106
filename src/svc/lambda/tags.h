// Which function an ARN given to the tag operations means.
#pragma once

#include "svc/lambda/operations.h"

namespace millrace::lambda {
Result<FunctionRef> tagged_function(svc::Context& ctx, const std::string& resource);
}  // namespace millrace::lambda
