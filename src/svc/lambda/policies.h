// Resource policies of functions: what AddPermission writes and Invoke asks.
#pragma once

#include "svc/lambda/operations.h"

namespace millrace::lambda {

void save_policy(svc::Context& ctx, const FunctionRef& ref, PolicyRow row);
// The function, and the version or alias when one is named, must exist.
Status check_exists(svc::Context& ctx, const FunctionRef& ref);

}  // namespace millrace::lambda
