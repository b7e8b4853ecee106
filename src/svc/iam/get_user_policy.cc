#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::GetUserPolicyResponse> get_user_policy(Context& ctx,
                                                    const wire::GetUserPolicyRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_ASSIGN(std::string document, inline_document(user, in.policy_name));
  return wire::GetUserPolicyResponse{
      .user_name = user.name, .policy_name = in.policy_name, .policy_document = encoded(document)};
}

}  // namespace millrace::iam
