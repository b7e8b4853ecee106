#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::PutUserPolicy::Output> put_user_policy(Context& ctx,
                                                    const wire::PutUserPolicyRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_TRY(put_inline(user, {in.policy_name, in.policy_document}));
  save_identity(ctx.txn(), user);
  return wire::PutUserPolicy::Output{};
}

}  // namespace millrace::iam
