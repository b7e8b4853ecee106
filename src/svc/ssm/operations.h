// SSM's parameter operations (operations.cc).
#pragma once

#include "svc/operation.h"

namespace millrace::ssm {

void register_operations(svc::Registry& registry);

}  // namespace millrace::ssm
