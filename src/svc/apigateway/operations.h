// The operations of API Gateway's control plane, v1 (REST) and v2 (HTTP).
#pragma once

#include "svc/operation.h"

namespace millrace::apigateway {

void register_operations(svc::Registry& registry);

}  // namespace millrace::apigateway
