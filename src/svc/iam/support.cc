#include "svc/iam/support.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "policy/document.h"

namespace millrace::iam {

std::string account_arn(const Context& ctx, std::string_view resource) {
  return fmt::format("arn:aws:iam::{}:{}", ctx.account(), resource);
}

IdentityKey role_key(const Context& ctx, const std::string& name) {
  return {IdentityKind::kRole, ctx.account(), name};
}

Result<IdentityKey> user_key(const Context& ctx, const std::optional<std::string>& name) {
  if (name) return IdentityKey{IdentityKind::kUser, ctx.account(), *name};
  if (ctx.caller().kind == svc::CallerKind::kUser) {
    return IdentityKey{IdentityKind::kUser, ctx.account(), ctx.caller().user_name};
  }
  return Error("ValidationError", 400,
               "Must specify userName when calling with non-User credentials");
}

Result<std::vector<svc::Access>> access_on(Context&, std::string_view operation,
                                           std::string resource) {
  return std::vector<svc::Access>{
      {.action = fmt::format("iam:{}", operation), .resource = std::move(resource)}};
}

Result<std::string> arn_of(Context& ctx, const IdentityKey& key) {
  MR_ASSIGN(auto identity, find_identity(ctx.txn(), key));
  if (identity) return identity->arn();
  return Identity{.kind = key.kind, .account = key.account, .name = key.name}.arn();
}

Error no_such_entity(std::string message) { return Error("NoSuchEntity", 404, std::move(message)); }

Error unsupported(std::string_view what) {
  return Error("InvalidInput", 400, fmt::format("{} is not supported by Millrace", what));
}

Status check_identity_document(const std::string& document, size_t size_max,
                               std::string_view quota_message) {
  auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  auto blanks = static_cast<size_t>(std::count_if(document.begin(), document.end(), blank));
  if (document.size() - blanks > size_max) {
    return Error("LimitExceeded", 409, std::string(quota_message));
  }
  auto parsed =
      policy::Document::parse(std::string_view(document), policy::DocumentKind::kIdentity);
  return parsed.ok() ? ok_status() : Status(std::move(parsed).error());
}

Status check_trust_document(const std::string& document) {
  if (document.size() > 2 * kTrustPolicySize) {  // AWS lets the quota be raised to twice as much
    return Error("LimitExceeded", 409,
                 fmt::format("Cannot exceed quota for ACLSizePerRole: {}", kTrustPolicySize));
  }
  auto parsed = policy::Document::parse(std::string_view(document), policy::DocumentKind::kTrust);
  return parsed.ok() ? ok_status() : Status(std::move(parsed).error());
}

Status add_tags(Tags& tags, const std::vector<wire::Tag>& added) {
  for (size_t i = 0; i < added.size(); ++i) {
    if (ascii_lower(added[i].key).starts_with("aws:")) {
      return Error("InvalidInput", 400,
                   "Tag keys starting with 'aws:' are reserved for system use");
    }
    for (size_t j = 0; j < i; ++j) {
      if (ascii_iequals(added[i].key, added[j].key)) {
        return Error("InvalidInput", 400,
                     "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
      }
    }
    auto same = std::find_if(tags.begin(), tags.end(), [&](const auto& tag) {
      return ascii_iequals(tag.first, added[i].key);
    });
    if (same != tags.end()) {
      *same = {added[i].key, added[i].value};
    } else {
      tags.emplace_back(added[i].key, added[i].value);
    }
  }
  if (tags.size() > kTagsMax) {
    return Error("LimitExceeded", 409,
                 fmt::format("The number of tags has reached the maximum limit of {}.", kTagsMax));
  }
  return ok_status();
}

std::string encoded(const std::string& document) { return percent_encode(document); }

std::vector<wire::Tag> to_wire(const Tags& tags) {
  std::vector<wire::Tag> out;
  for (const auto& [key, value] : tags)
    out.push_back({key, value});
  return out;
}

wire::Role to_wire(const Identity& role) {
  wire::Role out{.path = role.path,
                 .role_name = role.name,
                 .role_id = role.id,
                 .arn = role.arn(),
                 .create_date = role.created};
  out.assume_role_policy_document = encoded(role.trust);
  if (!role.description.empty()) out.description = role.description;
  out.max_session_duration = role.max_session_seconds;
  if (!role.tags.empty()) out.tags = to_wire(role.tags);
  return out;
}

wire::User to_wire_user(const Identity& user) {
  wire::User out{.path = user.path,
                 .user_name = user.name,
                 .user_id = user.id,
                 .arn = user.arn(),
                 .create_date = user.created};
  if (!user.tags.empty()) out.tags = to_wire(user.tags);
  return out;
}

wire::Policy to_wire(const ManagedPolicy& policy) {
  wire::Policy out;
  out.policy_name = policy.name;
  out.policy_id = policy.id;
  out.arn = policy.arn;
  out.path = policy.path;
  out.default_version_id = policy.default_version;
  out.attachment_count = policy.attachments;
  out.permissions_boundary_usage_count = 0;
  out.is_attachable = true;
  out.create_date = policy.created;
  out.update_date = policy.updated;
  if (!policy.description.empty()) out.description = policy.description;
  if (!policy.tags.empty()) out.tags = to_wire(policy.tags);
  return out;
}

wire::PolicyVersion to_wire(const ManagedPolicy& policy, const PolicyVersionRecord& version) {
  wire::PolicyVersion out;
  out.version_id = version.id;
  out.is_default_version = version.id == policy.default_version;
  out.create_date = version.created;
  return out;
}

std::optional<std::string> decode_marker(const std::optional<std::string>& marker) {
  return base64_decode(*marker);
}

std::string encode_marker(const std::string& name) { return base64_encode(name); }

}  // namespace millrace::iam
