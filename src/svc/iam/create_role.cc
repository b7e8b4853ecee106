#include "svc/iam/operations.h"

#include <fmt/format.h>

namespace millrace::iam {

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
Result<wire::CreateRoleResponse> create_role(Context& ctx, const wire::CreateRoleRequest& in) {
  if (in.permissions_boundary) return unsupported("PermissionsBoundary");
  MR_TRY(check_trust_document(in.assume_role_policy_document));
  MR_ASSIGN(auto existing, find_identity(ctx.txn(), role_key(ctx, in.role_name)));
  if (existing) {
    return Error("EntityAlreadyExists", 409,
                 fmt::format("Role with name {} already exists.", in.role_name));
  }
  Identity role{.kind = IdentityKind::kRole, .account = ctx.account(), .name = in.role_name};
  role.path = in.path.value_or("/");
  role.id = new_unique_id("AROA");
  role.created = ctx.now();
  role.trust = in.assume_role_policy_document;
  role.description = in.description.value_or("");
  role.max_session_seconds = in.max_session_duration.value_or(3600);
  if (in.tags) MR_TRY(add_tags(role.tags, *in.tags));
  save_identity(ctx.txn(), role);
  return wire::CreateRoleResponse{.role = to_wire(role)};
}

}  // namespace millrace::iam
