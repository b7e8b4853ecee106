#include "svc/iam/operations.h"

namespace millrace::iam {

// There are no instances here, so no role is in an instance profile; deploy tools ask before they
// delete a role.
Result<wire::ListInstanceProfilesForRoleResponse> list_instance_profiles_for_role(
    Context& ctx, const wire::ListInstanceProfilesForRoleRequest& in) {
  MR_TRY(load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  wire::ListInstanceProfilesForRoleResponse out;
  out.is_truncated = false;
  return out;
}

}  // namespace millrace::iam
