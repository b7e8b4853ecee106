// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
#include <fmt/format.h>

#include "svc/cloudformation/forecast.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/request.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::CreateStackOutput> create_stack(Context& ctx, const wire::CreateStackInput& in) {
  MR_ASSIGN(PlanRequest request, plan_request(in));
  if (in.disable_rollback && in.on_failure) {
    return validation_error("Either DisableRollback or OnFailure can be specified, not both.");
  }
  std::string token = in.client_request_token.value_or("");
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto existing, rows.find_stack_by(in.stack_name));
  if (existing && !token.empty() && existing->client_token == token) {
    return wire::CreateStackOutput{.stack_id = existing->id};  // the same request once more
  }
  if (existing) {
    return Error("AlreadyExistsException", 400,
                 fmt::format("Stack [{}] already exists", in.stack_name));
  }
  StackRecord stack = new_stack(ctx, in.stack_name);
  stack.disable_rollback = in.disable_rollback.value_or(false);
  stack.on_failure = in.on_failure.value_or("");
  stack.termination_protection = in.enable_termination_protection.value_or(false);
  stack.timeout_minutes = in.timeout_in_minutes.value_or(0);
  stack.client_token = token;
  MR_ASSIGN(Goal goal, make_goal(ctx, rows, stack, false, request));
  MR_TRY(forecast(ctx, rows, stack, goal, false));  // what the template gets wrong is told now
  wire::CreateStackOutput out;
  out.stack_id = stack.id;
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.client_token = token,
                 .retain_except_on_create = in.retain_except_on_create.value_or(false)}));
  return out;
}

}  // namespace millrace::cloudformation
