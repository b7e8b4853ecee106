#include "svc/iam/operations.h"

#include <fmt/format.h>

namespace millrace::iam {

Result<wire::CreatePolicyVersionResponse> create_policy_version(
    Context& ctx, const wire::CreatePolicyVersionRequest& in) {
  MR_TRY(check_own_policy(in.policy_arn));
  MR_TRY(
      check_identity_document(in.policy_document, kPolicySize,
                              fmt::format("Cannot exceed quota for PolicySize: {}", kPolicySize)));
  MR_ASSIGN(ManagedPolicy policy, load_policy(ctx.txn(), ctx.account(), in.policy_arn));
  if (policy.versions.size() >= kVersionsPerPolicy) {
    return Error("LimitExceeded", 409,
                 "A managed policy can have up to 5 versions. Before you create a new version, you "
                 "must delete an existing version.");
  }
  policy.versions.push_back(
      {fmt::format("v{}", policy.next_version++), in.policy_document, ctx.now()});
  if (in.set_as_default.value_or(false)) policy.default_version = policy.versions.back().id;
  policy.updated = ctx.now();
  save_policy(ctx.txn(), ctx.account(), policy);
  return wire::CreatePolicyVersionResponse{.policy_version =
                                               to_wire(policy, policy.versions.back())};
}

}  // namespace millrace::iam
