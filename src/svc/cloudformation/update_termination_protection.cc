#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"

namespace millrace::cloudformation {

Result<wire::UpdateTerminationProtectionOutput> update_termination_protection(
    Context& ctx, const wire::UpdateTerminationProtectionInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  stack.termination_protection = in.enable_termination_protection;
  rows.save_state(stack);
  return wire::UpdateTerminationProtectionOutput{.stack_id = stack.id};
}

}  // namespace millrace::cloudformation
