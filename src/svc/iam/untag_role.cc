#include "svc/iam/operations.h"

#include <algorithm>

namespace millrace::iam {

Result<wire::UntagRole::Output> untag_role(Context& ctx, const wire::UntagRoleRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  std::erase_if(role.tags, [&](const auto& tag) {
    return std::find(in.tag_keys.begin(), in.tag_keys.end(), tag.first) != in.tag_keys.end();
  });
  save_identity(ctx.txn(), role);
  return wire::UntagRole::Output{};
}

}  // namespace millrace::iam
