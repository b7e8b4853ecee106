#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DetachRolePolicy::Output> detach_role_policy(Context& ctx,
                                                          const wire::DetachRolePolicyRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_TRY(detach(ctx, role, in.policy_arn));
  return wire::DetachRolePolicy::Output{};
}

}  // namespace millrace::iam
