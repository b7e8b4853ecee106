#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::ListAttachedUserPoliciesResponse> list_attached_user_policies(
    Context& ctx, const wire::ListAttachedUserPoliciesRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_ASSIGN(auto page, attached_page(user, in.path_prefix, {in.marker, in.max_items}));
  return wire::ListAttachedUserPoliciesResponse{
      .attached_policies = page.items, .is_truncated = page.truncated, .marker = page.marker};
}

}  // namespace millrace::iam
