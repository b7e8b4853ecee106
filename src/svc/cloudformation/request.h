// Request: what CreateStack, UpdateStack and CreateChangeSet ask for alike, as one PlanRequest; and
// the refusal, by name, of what Millrace does not do. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "svc/cloudformation/plan.h"

namespace millrace::cloudformation {

// ValidationError "X is not supported by Millrace".
Error unsupported(std::string_view what);

// Refuses triggers, and a time to watch them; an empty configuration says nothing.
Status check_rollback_configuration(
    const std::optional<wire::RollbackConfiguration>& configuration);

// Refuses what would need SNS.
Status check_notification_arns(const std::optional<std::vector<std::string>>& arns);

// Errors: ValidationError that names what is not supported.
template <class Input>
Result<PlanRequest> plan_request(const Input& in) {
  MR_TRY(check_rollback_configuration(in.rollback_configuration));
  MR_TRY(check_notification_arns(in.notification_arns));
  if constexpr (requires { in.stack_policy_body; }) {
    if (in.stack_policy_body) return unsupported("StackPolicyBody");
    if (in.stack_policy_url) return unsupported("StackPolicyURL");
  }
  if constexpr (requires { in.stack_policy_during_update_body; }) {
    if (in.stack_policy_during_update_body) return unsupported("StackPolicyDuringUpdateBody");
    if (in.stack_policy_during_update_url) return unsupported("StackPolicyDuringUpdateURL");
  }
  PlanRequest request{.template_body = in.template_body, .template_url = in.template_url};
  if constexpr (requires { in.use_previous_template; }) {
    request.use_previous_template = in.use_previous_template.value_or(false);
  }
  if (in.parameters) request.parameters = *in.parameters;
  if (in.capabilities) request.capabilities = *in.capabilities;
  if (in.resource_types) request.resource_types = *in.resource_types;
  request.tags = in.tags;
  request.role_arn = in.role_arn.value_or("");
  return request;
}

}  // namespace millrace::cloudformation
