#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DeletePolicy::Output> delete_policy(Context& ctx,
                                                 const wire::DeletePolicyRequest& in) {
  MR_TRY(check_own_policy(in.policy_arn));
  MR_ASSIGN(ManagedPolicy policy, load_policy(ctx.txn(), ctx.account(), in.policy_arn));
  if (policy.attachments > 0) {
    return Error("DeleteConflict", 409, "Cannot delete a policy attached to entities.");
  }
  if (policy.versions.size() > 1) {
    return Error("DeleteConflict", 409,
                 "This policy has more than one version. Before you delete a policy, you must "
                 "delete the policy's versions. The default version is deleted with the policy.");
  }
  erase_policy(ctx.txn(), ctx.account(), policy);
  return wire::DeletePolicy::Output{};
}

}  // namespace millrace::iam
