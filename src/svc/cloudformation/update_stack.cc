#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::UpdateStackOutput> update_stack(Context& ctx, const wire::UpdateStackInput& in) {
  if (in.stack_policy_url || in.stack_policy_during_update_url ||
      in.stack_policy_during_update_body) {
    return unsupported("A stack policy of an update");
  }
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  MR_TRY(check_updatable(stack));
  PlanRequest request{.template_body = in.template_body, .template_url = in.template_url};
  request.use_previous_template = in.use_previous_template.value_or(false);
  request.parameters = in.parameters.value_or(std::vector<wire::Parameter>());
  request.capabilities = in.capabilities.value_or(std::vector<std::string>());
  request.notification_arns = in.notification_arns.value_or(std::vector<std::string>());
  request.tags = in.tags;
  request.role_arn = in.role_arn.value_or("");
  MR_ASSIGN(Goal goal, make_goal(ctx, rows, stack, true, request));
  MR_ASSIGN(Forecast changes, forecast(ctx, rows, stack, goal, true));
  if (!changes.any) return validation_error("No updates are to be performed.");
  if (in.stack_policy_body) stack.policy_body = *in.stack_policy_body;
  stack.disable_rollback = in.disable_rollback.value_or(false);
  wire::UpdateStackOutput out;
  out.stack_id = stack.id;
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.is_update = true, .client_token = in.client_request_token.value_or("")}));
  return out;
}

}  // namespace millrace::cloudformation
