#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DetachUserPolicy::Output> detach_user_policy(Context& ctx,
                                                          const wire::DetachUserPolicyRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_TRY(detach(ctx, user, in.policy_arn));
  return wire::DetachUserPolicy::Output{};
}

}  // namespace millrace::iam
