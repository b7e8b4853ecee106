#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::AttachUserPolicy::Output> attach_user_policy(Context& ctx,
                                                          const wire::AttachUserPolicyRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_TRY(attach(ctx, user, in.policy_arn));
  return wire::AttachUserPolicy::Output{};
}

}  // namespace millrace::iam
