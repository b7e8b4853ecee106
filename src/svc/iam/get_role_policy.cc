#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::GetRolePolicyResponse> get_role_policy(Context& ctx,
                                                    const wire::GetRolePolicyRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_ASSIGN(std::string document, inline_document(role, in.policy_name));
  return wire::GetRolePolicyResponse{
      .role_name = role.name, .policy_name = in.policy_name, .policy_document = encoded(document)};
}

}  // namespace millrace::iam
