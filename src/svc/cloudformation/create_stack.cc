#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::CreateStackOutput> create_stack(Context& ctx, const wire::CreateStackInput& in) {
  if (in.stack_policy_url) return unsupported("StackPolicyURL");
  if (in.rollback_configuration && in.rollback_configuration->rollback_triggers &&
      !in.rollback_configuration->rollback_triggers->empty()) {
    return unsupported("RollbackConfiguration");
  }
  if (in.disable_rollback && in.on_failure) {
    return validation_error("Either DisableRollback or OnFailure can be specified, not both.");
  }
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto existing, rows.find_stack_by(in.stack_name));
  if (existing) {
    return Error("AlreadyExistsException", 400,
                 fmt::format("Stack [{}] already exists", in.stack_name));
  }
  StackRecord stack = new_stack(ctx, in.stack_name);
  stack.disable_rollback = in.disable_rollback.value_or(false);
  stack.on_failure = in.on_failure.value_or("");
  stack.termination_protection = in.enable_termination_protection.value_or(false);
  stack.policy_body = in.stack_policy_body.value_or("");
  stack.timeout_minutes = in.timeout_in_minutes.value_or(0);
  PlanRequest request{.template_body = in.template_body, .template_url = in.template_url};
  request.parameters = in.parameters.value_or(std::vector<wire::Parameter>());
  request.capabilities = in.capabilities.value_or(std::vector<std::string>());
  request.notification_arns = in.notification_arns.value_or(std::vector<std::string>());
  request.tags = in.tags;
  request.role_arn = in.role_arn.value_or("");
  MR_ASSIGN(Goal goal, make_goal(ctx, rows, stack, false, request));
  wire::CreateStackOutput out;
  out.stack_id = stack.id;
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.client_token = in.client_request_token.value_or("")}));
  return out;
}

}  // namespace millrace::cloudformation
