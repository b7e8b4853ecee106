#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"

namespace millrace::cloudformation {

Result<wire::GetStackPolicyOutput> get_stack_policy(Context& ctx,
                                                    const wire::GetStackPolicyInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_TRY(load_stack(rows, in.stack_name));
  return wire::GetStackPolicyOutput{};  // no stack can have one (request.h)
}

}  // namespace millrace::cloudformation
