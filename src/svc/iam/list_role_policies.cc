#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::ListRolePoliciesResponse> list_role_policies(Context& ctx,
                                                          const wire::ListRolePoliciesRequest& in) {
  MR_ASSIGN(Identity role, load_identity(ctx.txn(), role_key(ctx, in.role_name)));
  MR_ASSIGN(auto page, inline_page(role, {in.marker, in.max_items}));
  return wire::ListRolePoliciesResponse{
      .policy_names = page.items, .is_truncated = page.truncated, .marker = page.marker};
}

}  // namespace millrace::iam
