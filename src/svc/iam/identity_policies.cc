#include <fmt/format.h>

#include <algorithm>

#include "svc/iam/managed_policies.h"
#include "svc/iam/operations.h"

namespace millrace::iam {

Status put_inline(Identity& identity, const NamedDocument& policy) {
  bool role = identity.kind == IdentityKind::kRole;
  size_t size_max = role ? kRoleInlineSize : kUserInlineSize;
  std::string quota = fmt::format("Maximum policy size of {} bytes exceeded for {} {}", size_max,
                                  role ? "role" : "user", identity.name);
  size_t others = 0;
  for (const auto& [name, document] : identity.inline_policies) {
    if (name != policy.name) others += document.size();
  }
  MR_TRY(check_identity_document(policy.document, size_max - std::min(others, size_max), quota));
  identity.inline_policies[policy.name] = policy.document;
  return ok_status();
}

Result<std::string> inline_document(const Identity& identity, const std::string& name) {
  auto it = identity.inline_policies.find(name);
  if (it != identity.inline_policies.end()) return it->second;
  return no_such_entity(fmt::format("The {} policy with name {} cannot be found.",
                                    identity.kind == IdentityKind::kRole ? "role" : "user", name));
}

Result<Page<std::string>> inline_page(const Identity& identity, const PageRequest& request) {
  std::vector<std::string> names;
  for (const auto& [name, document] : identity.inline_policies)
    names.push_back(name);
  return page_of(std::move(names), request, [](const std::string& name) { return name; });
}

Status attach(Context& ctx, Identity& identity, const std::string& policy_arn) {
  auto found = load_policy(ctx.txn(), ctx.account(), policy_arn);
  if (!found.ok()) {
    if (found.error().code() != "NoSuchEntity" || is_aws_policy_arn(policy_arn)) {
      return std::move(found).error();
    }
    return no_such_entity(
        fmt::format("Policy {} does not exist or is not attachable.", policy_arn));
  }
  auto& attached = identity.attached;
  if (std::find(attached.begin(), attached.end(), policy_arn) != attached.end()) {
    return ok_status();
  }
  if (attached.size() >= kAttachedPoliciesPerIdentity) {
    return Error("LimitExceeded", 409,
                 fmt::format("Cannot exceed quota for PoliciesPer{}: {}",
                             identity.kind == IdentityKind::kRole ? "Role" : "User",
                             kAttachedPoliciesPerIdentity));
  }
  attached.push_back(policy_arn);
  save_identity(ctx.txn(), identity);
  if (!is_aws_policy_arn(policy_arn)) {
    found->attachments += 1;
    save_policy(ctx.txn(), ctx.account(), *found);
  }
  return ok_status();
}

Status detach(Context& ctx, Identity& identity, const std::string& policy_arn) {
  if (std::erase(identity.attached, policy_arn) == 0) {
    return no_such_entity(fmt::format("Policy {} was not found.", policy_arn));
  }
  save_identity(ctx.txn(), identity);
  if (!is_aws_policy_arn(policy_arn)) {
    MR_ASSIGN(ManagedPolicy policy, load_policy(ctx.txn(), ctx.account(), policy_arn));
    policy.attachments -= 1;
    save_policy(ctx.txn(), ctx.account(), policy);
  }
  return ok_status();
}

Result<Page<wire::AttachedPolicy>> attached_page(const Identity& identity,
                                                 const std::optional<std::string>& path_prefix,
                                                 const PageRequest& request) {
  std::vector<wire::AttachedPolicy> all;
  for (const std::string& arn : identity.attached) {
    size_t slash = arn.find('/');
    if (!arn.substr(slash, arn.rfind('/') - slash + 1).starts_with(path_prefix.value_or("/"))) {
      continue;
    }
    all.push_back({.policy_name = arn.substr(arn.rfind('/') + 1), .policy_arn = arn});
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return *a.policy_arn < *b.policy_arn; });
  return page_of(std::move(all), request,
                 [](const wire::AttachedPolicy& policy) { return *policy.policy_arn; });
}

Status check_deletable(const Identity& identity) {
  if (!identity.attached.empty()) {
    return Error("DeleteConflict", 409, "Cannot delete entity, must detach all policies first.");
  }
  if (!identity.inline_policies.empty()) {
    return Error("DeleteConflict", 409, "Cannot delete entity, must delete policies first.");
  }
  return ok_status();
}

Status check_own_policy(const std::string& arn) {
  if (!is_aws_policy_arn(arn)) return ok_status();
  return Error("AccessDenied", 403,
               fmt::format("Policy {} is an AWS managed policy and cannot be changed.", arn));
}

Error no_such_version(const std::string& arn, const std::string& version_id) {
  return no_such_entity(
      fmt::format("Policy {} version {} does not exist or is not attachable.", arn, version_id));
}

Result<AccessKeyRecord> load_access_key(Context& ctx, const IdentityKey& user,
                                        const std::string& access_key_id) {
  MR_TRY(load_identity(ctx.txn(), user));
  MR_ASSIGN(auto record, find_access_key(ctx.txn(), access_key_id));
  if (!record || record->account != user.account || record->user_name != user.name) {
    return no_such_entity(fmt::format("The Access Key with id {} cannot be found.", access_key_id));
  }
  return std::move(*record);
}

}  // namespace millrace::iam
