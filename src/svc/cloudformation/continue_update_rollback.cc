// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html
#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::ContinueUpdateRollbackOutput> continue_update_rollback(
    Context& ctx, const wire::ContinueUpdateRollbackInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  if (stack.status != "UPDATE_ROLLBACK_FAILED") {
    return validation_error(fmt::format(
        "Stack:{} is in {} state and can not continue its rollback.", stack.id, stack.status));
  }
  RollBack how{.client_token = in.client_request_token.value_or(""),
               .role_arn = in.role_arn.value_or("")};
  if (in.resources_to_skip) how.skip = *in.resources_to_skip;
  MR_TRY(roll_back_suspended(ctx, rows, std::move(stack), how));
  return wire::ContinueUpdateRollbackOutput{};
}

}  // namespace millrace::cloudformation
