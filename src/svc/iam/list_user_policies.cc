#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::ListUserPoliciesResponse> list_user_policies(Context& ctx,
                                                          const wire::ListUserPoliciesRequest& in) {
  IdentityKey key{IdentityKind::kUser, ctx.account(), in.user_name};
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_ASSIGN(auto page, inline_page(user, {in.marker, in.max_items}));
  return wire::ListUserPoliciesResponse{
      .policy_names = page.items, .is_truncated = page.truncated, .marker = page.marker};
}

}  // namespace millrace::iam
