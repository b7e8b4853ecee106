#include "svc/iam/operations.h"

#include <algorithm>

namespace millrace::iam {

Result<wire::TagRole::Output> tag_role(Context& ctx, const wire::TagRoleRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_TRY(add_tags(role.tags, in.tags));
  std::sort(role.tags.begin(), role.tags.end());
  save_identity(ctx.txn(), role);
  return wire::TagRole::Output{};
}

}  // namespace millrace::iam
