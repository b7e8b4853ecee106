// iam:PassRole: whoever gives a role to a service (a function, a rule, a stack) must be allowed to.
// An operation that takes a role adds this to what its `access` returns.
#pragma once

#include <string>
#include <utility>

#include "svc/ports.h"

namespace millrace::svc {

// `service` is who will act as the role: "lambda.amazonaws.com".
struct PassedRole {
  std::string role_arn;
  std::string service;
};
inline Access pass_role_access(PassedRole passed) {
  Access access{.action = "iam:PassRole", .resource = std::move(passed.role_arn)};
  access.context["iam:PassedToService"] = {std::move(passed.service)};
  return access;
}

}  // namespace millrace::svc
