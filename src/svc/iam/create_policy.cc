#include "svc/iam/operations.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace millrace::iam {

Result<wire::CreatePolicyResponse> create_policy(Context& ctx,
                                                 const wire::CreatePolicyRequest& in) {
  MR_TRY(
      check_identity_document(in.policy_document, kPolicySize,
                              fmt::format("Cannot exceed quota for PolicySize: {}", kPolicySize)));
  ManagedPolicy policy;
  policy.name = in.policy_name;
  policy.path = in.path.value_or("/");
  policy.arn = account_arn(ctx, fmt::format("policy{}{}", policy.path, policy.name));
  MR_ASSIGN(auto all, all_policies(ctx.txn(), ctx.account()));
  for (const ManagedPolicy& other : all) {
    if (!ascii_iequals(other.name, policy.name)) continue;
    return Error("EntityAlreadyExists", 409,
                 fmt::format("A policy called {} already exists. Duplicate names are not allowed.",
                             policy.name));
  }
  policy.id = new_unique_id("ANPA");
  policy.description = in.description.value_or("");
  policy.created = policy.updated = ctx.now();
  if (in.tags) MR_TRY(add_tags(policy.tags, *in.tags));
  policy.versions.push_back({"v1", in.policy_document, ctx.now()});
  save_policy(ctx.txn(), ctx.account(), policy);
  return wire::CreatePolicyResponse{.policy = to_wire(policy)};
}

}  // namespace millrace::iam
