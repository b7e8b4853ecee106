#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::PutRolePolicy::Output> put_role_policy(Context& ctx,
                                                    const wire::PutRolePolicyRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_TRY(put_inline(role, {in.policy_name, in.policy_document}));
  save_identity(ctx.txn(), role);
  return wire::PutRolePolicy::Output{};
}

}  // namespace millrace::iam
