#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DeleteUser::Output> delete_user(Context& ctx, const wire::DeleteUserRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_TRY(check_deletable(user));
  MR_ASSIGN(auto keys, access_keys_of(ctx.txn(), key));
  if (!keys.empty()) {
    return Error("DeleteConflict", 409, "Cannot delete entity, must delete access keys first.");
  }
  erase_identity(ctx.txn(), user);
  return wire::DeleteUser::Output{};
}

}  // namespace millrace::iam
