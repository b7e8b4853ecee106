#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::ListAttachedRolePoliciesResponse> list_attached_role_policies(
    Context& ctx, const wire::ListAttachedRolePoliciesRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_ASSIGN(auto page, attached_page(role, in.path_prefix, {in.marker, in.max_items}));
  return wire::ListAttachedRolePoliciesResponse{
      .attached_policies = page.items, .is_truncated = page.truncated, .marker = page.marker};
}

}  // namespace millrace::iam
