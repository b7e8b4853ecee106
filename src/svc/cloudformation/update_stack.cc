// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
#include "svc/cloudformation/forecast.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/request.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::UpdateStackOutput> update_stack(Context& ctx, const wire::UpdateStackInput& in) {
  MR_ASSIGN(PlanRequest request, plan_request(in));
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  MR_TRY(check_updatable(stack));
  MR_ASSIGN(Goal goal, make_goal(ctx, rows, stack, true, request));
  MR_ASSIGN(Forecast changes, forecast(ctx, rows, stack, goal, true));
  if (!changes.any) return validation_error("No updates are to be performed.");
  MR_ASSIGN(auto change_sets, rows.change_sets_of(stack.id));
  for (ChangeSetRecord& change_set : change_sets) {
    if (change_set.execution_status != "AVAILABLE") continue;
    change_set.execution_status = "OBSOLETE";  // it was about the stack as it was
    rows.save(change_set);
  }
  stack.disable_rollback = in.disable_rollback.value_or(false);
  wire::UpdateStackOutput out;
  out.stack_id = stack.id;
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.is_update = true,
                 .client_token = in.client_request_token.value_or(""),
                 .retain_except_on_create = in.retain_except_on_create.value_or(false)}));
  return out;
}

}  // namespace millrace::cloudformation
