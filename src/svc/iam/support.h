// What IAM's operations share: names to ARNs and permissions, checks of documents, paging, and the
// way from records to answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aws/iam.h"
#include "svc/iam/records.h"
#include "svc/operation.h"

namespace millrace::iam {

namespace wire = aws::iam;
using svc::Context;

// Limits, as IAM names them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
inline constexpr size_t kAccessKeysPerUser = 2;
inline constexpr size_t kAttachedPoliciesPerIdentity = 10;
inline constexpr size_t kVersionsPerPolicy = 5;
inline constexpr size_t kPolicySize = 6144;
inline constexpr size_t kRoleInlineSize = 10240;
inline constexpr size_t kUserInlineSize = 2048;
inline constexpr size_t kTrustPolicySize = 2048;
inline constexpr size_t kTagsMax = 50;
inline constexpr int64_t kMaxItemsDefault = 100;

std::string account_arn(const Context& ctx, std::string_view resource);

IdentityKey role_key(const Context& ctx, const std::string& name);
// An absent name is the caller himself.
Result<IdentityKey> user_key(const Context& ctx, const std::optional<std::string>& name);

// "iam:<operation>" on the ARN of the role, user or policy (of its path, where it exists).
Result<std::vector<svc::Access>> access_on(Context& ctx, std::string_view operation,
                                           std::string resource);
Result<std::string> arn_of(Context& ctx, const IdentityKey& key);

template <class Op>
Result<std::vector<svc::Access>> on_role(Context& ctx, const typename Op::Input& in) {
  MR_ASSIGN(std::string arn, arn_of(ctx, role_key(ctx, in.role_name)));
  return access_on(ctx, Op::kDescription.name, std::move(arn));
}
template <class Op>
Result<std::vector<svc::Access>> on_user(Context& ctx, const typename Op::Input& in) {
  if (ctx.caller().kind == svc::CallerKind::kRoot) return std::vector<svc::Access>();
  MR_ASSIGN(IdentityKey key, user_key(ctx, in.user_name));
  MR_ASSIGN(std::string arn, arn_of(ctx, key));
  return access_on(ctx, Op::kDescription.name, std::move(arn));
}
template <class Op>
Result<std::vector<svc::Access>> on_policy(Context& ctx, const typename Op::Input& in) {
  return access_on(ctx, Op::kDescription.name, in.policy_arn);
}
template <class Op>
Result<std::vector<svc::Access>> on_all(Context& ctx, const typename Op::Input&) {
  return access_on(ctx, Op::kDescription.name, "*");
}

Error no_such_entity(std::string message);
Error unsupported(std::string_view what);

Status check_identity_document(const std::string& document, size_t size_max,
                               std::string_view quota_message);
Status check_trust_document(const std::string& document);
// Adds and replaces; InvalidInput and LimitExceeded as IAM has them.
Status add_tags(Tags& tags, const std::vector<wire::Tag>& added);

// Documents travel percent-encoded (RFC 3986) in answers.
std::string encoded(const std::string& document);

wire::Role to_wire(const Identity& role);
wire::User to_wire_user(const Identity& user);
wire::Policy to_wire(const ManagedPolicy& policy);
wire::PolicyVersion to_wire(const ManagedPolicy& policy, const PolicyVersionRecord& version);
std::vector<wire::Tag> to_wire(const Tags& tags);

// One page of `all`, which is in the order of `name_of`; the marker is the name to go on from.
template <class T>
struct Page {
  std::vector<T> items;
  bool truncated = false;
  std::optional<std::string> marker;
};
struct PageRequest {
  const std::optional<std::string>& marker;
  const std::optional<int64_t>& max_items;
};
std::optional<std::string> decode_marker(const std::optional<std::string>& marker);
std::string encode_marker(const std::string& name);

template <class T, class NameOf>
Result<Page<T>> page_of(std::vector<T> all, const PageRequest& request, NameOf name_of) {
  std::string from;
  if (request.marker) {
    auto decoded = decode_marker(request.marker);
    if (!decoded) return Error("ValidationError", 400, "Invalid Marker.");
    from = *decoded;
  }
  auto limit = static_cast<size_t>(request.max_items.value_or(kMaxItemsDefault));
  Page<T> page;
  for (T& item : all) {
    std::string name = name_of(item);
    if (name < from) continue;
    if (page.items.size() == limit) {
      page.truncated = true;
      page.marker = encode_marker(name);
      break;
    }
    page.items.push_back(std::move(item));
  }
  return page;
}

}  // namespace millrace::iam
