#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DeleteRolePolicy::Output> delete_role_policy(Context& ctx,
                                                          const wire::DeleteRolePolicyRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_TRY(inline_document(role, in.policy_name));
  role.inline_policies.erase(in.policy_name);
  save_identity(ctx.txn(), role);
  return wire::DeleteRolePolicy::Output{};
}

}  // namespace millrace::iam
