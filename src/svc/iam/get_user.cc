#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::GetUserResponse> get_user(Context& ctx, const wire::GetUserRequest& in) {
  if (!in.user_name && ctx.caller().kind == svc::CallerKind::kRoot) {
    wire::GetUserResponse root;
    root.user.user_id = ctx.account();
    root.user.arn = account_arn(ctx, "root");
    root.user.create_date = Instant::from_seconds(0);
    return root;
  }
  MR_ASSIGN(IdentityKey key, user_key(ctx, in.user_name));
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  return wire::GetUserResponse{.user = to_wire_user(user)};
}

}  // namespace millrace::iam
