#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"

namespace millrace::cloudformation {

Result<wire::GetStackPolicyOutput> get_stack_policy(Context& ctx,
                                                    const wire::GetStackPolicyInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  wire::GetStackPolicyOutput out;
  if (!stack.policy_body.empty()) out.stack_policy_body = stack.policy_body;
  return out;
}

}  // namespace millrace::cloudformation
