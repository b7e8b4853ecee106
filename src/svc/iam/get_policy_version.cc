#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::GetPolicyVersionResponse> get_policy_version(Context& ctx,
                                                          const wire::GetPolicyVersionRequest& in) {
  MR_ASSIGN(ManagedPolicy policy, load_policy(ctx.txn(), ctx.account(), in.policy_arn));
  const PolicyVersionRecord* version = policy.find_version(in.version_id);
  if (version == nullptr) return no_such_version(in.policy_arn, in.version_id);
  wire::GetPolicyVersionResponse out{.policy_version = to_wire(policy, *version)};
  out.policy_version->document = encoded(version->document);
  return out;
}

}  // namespace millrace::iam
