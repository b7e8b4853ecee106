#include "svc/iam/operations.h"

#include <fmt/format.h>

namespace millrace::iam {

Result<wire::CreateUserResponse> create_user(Context& ctx, const wire::CreateUserRequest& in) {
  if (in.permissions_boundary) return unsupported("PermissionsBoundary");
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(auto existing, find_identity(ctx.txn(), key));
  if (existing) {
    return Error("EntityAlreadyExists", 409,
                 fmt::format("User with name {} already exists.", in.user_name));
  }
  Identity user{.kind = IdentityKind::kUser, .account = ctx.account(), .name = in.user_name};
  user.path = in.path.value_or("/");
  user.id = new_unique_id("AIDA");
  user.created = ctx.now();
  if (in.tags) MR_TRY(add_tags(user.tags, *in.tags));
  save_identity(ctx.txn(), user);
  return wire::CreateUserResponse{.user = to_wire_user(user)};
}

}  // namespace millrace::iam
