#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::SetStackPolicy::Output> set_stack_policy(Context& ctx,
                                                      const wire::SetStackPolicyInput& in) {
  if (in.stack_policy_url) return unsupported("StackPolicyURL");
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  std::string body = in.stack_policy_body.value_or("");
  if (!codec::Json::parse(body).ok())
    return validation_error("Error validating stack policy: Invalid JSON");
  stack.policy_body = std::move(body);
  rows.save_state(stack);
  return wire::SetStackPolicy::Output{};
}

}  // namespace millrace::cloudformation
