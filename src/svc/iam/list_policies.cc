#include "svc/iam/operations.h"

#include <algorithm>

#include "svc/iam/managed_policies.h"

namespace millrace::iam {

Result<wire::ListPoliciesResponse> list_policies(Context& ctx,
                                                 const wire::ListPoliciesRequest& in) {
  if (in.policy_usage_filter) return unsupported("PolicyUsageFilter");
  std::string scope = in.scope.value_or("All");
  std::vector<ManagedPolicy> all;
  if (scope != "AWS") {
    MR_ASSIGN(all, all_policies(ctx.txn(), ctx.account()));
  }
  if (scope != "Local") {
    for (ManagedPolicy& policy : all_aws_policies())
      all.push_back(std::move(policy));
  }
  std::erase_if(all, [&](const ManagedPolicy& policy) {
    return !policy.path.starts_with(in.path_prefix.value_or("/")) ||
           (in.only_attached.value_or(false) && policy.attachments == 0);
  });
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.arn < b.arn; });
  MR_ASSIGN(auto page, page_of(std::move(all), {in.marker, in.max_items},
                               [](const ManagedPolicy& policy) { return policy.arn; }));
  wire::ListPoliciesResponse out;
  out.policies.emplace();
  for (const ManagedPolicy& policy : page.items) {
    out.policies->push_back(to_wire(policy));
    out.policies->back().description.reset();
    out.policies->back().tags.reset();
  }
  out.is_truncated = page.truncated;
  out.marker = page.marker;
  return out;
}

}  // namespace millrace::iam
