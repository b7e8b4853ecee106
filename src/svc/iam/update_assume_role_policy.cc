#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::UpdateAssumeRolePolicy::Output> update_assume_role_policy(
    Context& ctx, const wire::UpdateAssumeRolePolicyRequest& in) {
  MR_TRY(check_trust_document(in.policy_document));
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  role.trust = in.policy_document;
  save_identity(ctx.txn(), role);
  return wire::UpdateAssumeRolePolicy::Output{};
}

}  // namespace millrace::iam
