#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::AttachRolePolicy::Output> attach_role_policy(Context& ctx,
                                                          const wire::AttachRolePolicyRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_TRY(attach(ctx, role, in.policy_arn));
  return wire::AttachRolePolicy::Output{};
}

}  // namespace millrace::iam
