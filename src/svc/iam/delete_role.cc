#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DeleteRole::Output> delete_role(Context& ctx, const wire::DeleteRoleRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_TRY(check_deletable(role));
  erase_identity(ctx.txn(), role);
  return wire::DeleteRole::Output{};
}

}  // namespace millrace::iam
