#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::ListPolicyVersionsResponse> list_policy_versions(
    Context& ctx, const wire::ListPolicyVersionsRequest& in) {
  MR_ASSIGN(ManagedPolicy policy, load_policy(ctx.txn(), ctx.account(), in.policy_arn));
  wire::ListPolicyVersionsResponse out;
  out.versions.emplace();
  for (auto it = policy.versions.rbegin(); it != policy.versions.rend(); ++it) {
    out.versions->push_back(to_wire(policy, *it));  // at most kVersionsPerPolicy: always one page
  }
  out.is_truncated = false;
  return out;
}

}  // namespace millrace::iam
