#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DeletePolicyVersion::Output> delete_policy_version(
    Context& ctx, const wire::DeletePolicyVersionRequest& in) {
  MR_TRY(check_own_policy(in.policy_arn));
  MR_ASSIGN(ManagedPolicy policy, load_policy(ctx.txn(), ctx.account(), in.policy_arn));
  if (policy.find_version(in.version_id) == nullptr) {
    return no_such_version(in.policy_arn, in.version_id);
  }
  if (policy.default_version == in.version_id) {
    return Error("DeleteConflict", 409, "Cannot delete the default version of a policy.");
  }
  std::erase_if(policy.versions, [&](const auto& version) { return version.id == in.version_id; });
  save_policy(ctx.txn(), ctx.account(), policy);
  return wire::DeletePolicyVersion::Output{};
}

}  // namespace millrace::iam
