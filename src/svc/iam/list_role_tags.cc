#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::ListRoleTagsResponse> list_role_tags(Context& ctx,
                                                  const wire::ListRoleTagsRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_ASSIGN(auto page, page_of(to_wire(role.tags), {in.marker, in.max_items},
                               [](const wire::Tag& tag) { return tag.key; }));
  return wire::ListRoleTagsResponse{
      .tags = page.items, .is_truncated = page.truncated, .marker = page.marker};
}

}  // namespace millrace::iam
