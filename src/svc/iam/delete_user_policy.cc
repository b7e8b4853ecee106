#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DeleteUserPolicy::Output> delete_user_policy(Context& ctx,
                                                          const wire::DeleteUserPolicyRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_TRY(inline_document(user, in.policy_name));
  user.inline_policies.erase(in.policy_name);
  save_identity(ctx.txn(), user);
  return wire::DeleteUserPolicy::Output{};
}

}  // namespace millrace::iam
