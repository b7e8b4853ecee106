#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::UpdateRoleResponse> update_role(Context& ctx, const wire::UpdateRoleRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  if (in.description) role.description = *in.description;
  if (in.max_session_duration) role.max_session_seconds = *in.max_session_duration;
  save_identity(ctx.txn(), role);
  return wire::UpdateRoleResponse{};
}

}  // namespace millrace::iam
