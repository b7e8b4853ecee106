#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::GetRoleResponse> get_role(Context& ctx, const wire::GetRoleRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  wire::GetRoleResponse out{.role = to_wire(role)};
  out.role.role_last_used.emplace();
  return out;
}

}  // namespace millrace::iam
