#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::GetPolicyResponse> get_policy(Context& ctx, const wire::GetPolicyRequest& in) {
  MR_ASSIGN(ManagedPolicy policy, load_policy(ctx.txn(), ctx.account(), in.policy_arn));
  return wire::GetPolicyResponse{.policy = to_wire(policy)};
}

}  // namespace millrace::iam
