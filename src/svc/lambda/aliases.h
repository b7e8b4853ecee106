// Checks that the alias operations share.
#pragma once

#include "svc/lambda/operations.h"

namespace millrace::lambda {

// An alias stands for a version that exists; weights sum up to less than one and go to other
// versions.
Status check_alias(svc::Context& ctx, const FunctionRef& ref, const api::AliasConfiguration& alias);
void save_alias(svc::Context& ctx, const FunctionRef& ref, const api::AliasConfiguration& alias);

}  // namespace millrace::lambda
