// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

// For stacks whose run failed with their rollback disabled.
Result<wire::RollbackStackOutput> rollback_stack(Context& ctx, const wire::RollbackStackInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  if (stack.status != "CREATE_FAILED" && stack.status != "UPDATE_FAILED") {
    return validation_error(
        fmt::format("Stack:{} is in {} state and can not be rolled back.", stack.id, stack.status));
  }
  wire::RollbackStackOutput out{.stack_id = stack.id};
  MR_TRY(
      roll_back_suspended(ctx, rows, std::move(stack),
                          {.client_token = in.client_request_token.value_or(""),
                           .role_arn = in.role_arn.value_or(""),
                           .retain_except_on_create = in.retain_except_on_create.value_or(false)}));
  return out;
}

}  // namespace millrace::cloudformation
