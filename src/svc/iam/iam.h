// IAM and STS: users, roles, policies and sessions. register_operations() adds both services'
// operations; the server wires IamAuthorizer (authorizer.h) and KeyRing (key_ring.h) beside them.
#pragma once

#include "svc/operation.h"

namespace millrace::iam {

void register_operations(svc::Registry& registry);

}  // namespace millrace::iam
