#include "svc/iam/authorizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/log.h"

namespace millrace::iam {
namespace {

using policy::Verdict;

// More identities than this at once, and the cache starts over.
constexpr size_t kCachedIdentitiesMax = 4096;

std::string_view service_of(std::string_view action) { return action.substr(0, action.find(':')); }

bool is_assume_role(std::string_view action) { return action == "sts:AssumeRole"; }

// The account in an ARN, or empty.
std::string account_of_arn(std::string_view arn) {
  for (int part = 0; part < 4; ++part) {
    size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return std::string(arn.substr(0, arn.find(':')));
}

std::string reason(Verdict verdict, const std::string& action) {
  switch (verdict) {
    case Verdict::kDeniedByIdentity: return " with an explicit deny in an identity-based policy";
    case Verdict::kDeniedBySession: return " with an explicit deny in a session policy";
    case Verdict::kDeniedByResource: return " with an explicit deny in a resource-based policy";
    case Verdict::kNoSessionAllows:
      return fmt::format(" because no session policy allows the {} action", action);
    case Verdict::kNoResourceAllows:
      return fmt::format(" because no resource-based policy allows the {} action", action);
    default: return fmt::format(" because no identity-based policy allows the {} action", action);
  }
}

// How the service of an action calls its refusal, and with which status.
struct Denial {
  std::string_view service;
  const char* code;
  int status;
};
constexpr std::array kDenials = std::to_array<Denial>({
    {"dynamodb", "AccessDeniedException", 400},
    {"events", "AccessDeniedException", 400},
    {"logs", "AccessDeniedException", 400},
    {"ssm", "AccessDeniedException", 400},
    {"ecr", "AccessDeniedException", 400},
    {"lambda", "AccessDeniedException", 403},
    {"apigateway", "AccessDeniedException", 403},
});

Error denied(const svc::Caller& caller, const svc::Access& access, Verdict verdict) {
  std::string_view service = service_of(access.action);
  const char* code = "AccessDenied";
  int status = 403;
  for (const Denial& denial : kDenials) {
    if (denial.service != service) continue;
    code = denial.code;
    status = denial.status;
  }
  if (caller.kind == svc::CallerKind::kAnonymous && service == "s3") {
    return Error(code, status, "Access Denied");
  }
  std::string who = caller.arn.empty() ? "anonymous" : caller.arn;
  const char* quote = service == "s3" ? "\"" : "";
  std::string message = fmt::format("User: {} is not authorized to perform: {} on resource: {}{}{}",
                                    who, access.action, quote, access.resource, quote);
  if (!is_assume_role(access.action)) message += reason(verdict, access.action);
  return Error(code, status, std::move(message));
}

policy::RequestContext context_of(const svc::Caller& caller, const svc::Access& access,
                                  Instant now) {
  policy::RequestContext context;
  context.set("aws:SecureTransport", "true");
  context.set("aws:CurrentTime", format_iso8601(now));
  context.set("aws:EpochTime", std::to_string(now.seconds()));
  bool service = caller.kind == svc::CallerKind::kService;
  context.set("aws:PrincipalIsAWSService", service ? "true" : "false");
  if (service) {
    context.set("aws:PrincipalServiceName", caller.arn);
    if (!caller.source_arn.empty()) context.set("aws:SourceArn", caller.source_arn);
    if (!caller.source_account.empty()) context.set("aws:SourceAccount", caller.source_account);
  } else if (caller.kind != svc::CallerKind::kAnonymous) {
    context.set("aws:PrincipalAccount", caller.account);
    context.set("aws:userid", caller.user_id);
    switch (caller.kind) {
      case svc::CallerKind::kUser:
        context.set("aws:username", caller.user_name);
        context.set("aws:PrincipalType", "User");
        break;
      case svc::CallerKind::kAssumedRole: context.set("aws:PrincipalType", "AssumedRole"); break;
      default:
        context.set("aws:PrincipalArn", caller.arn);
        context.set("aws:PrincipalType", "Account");
    }
  }
  for (const auto& [key, values] : access.context)
    context.set(key, values);
  return context;
}

Result<std::vector<policy::Document>> session_documents(const svc::Caller& caller) {
  std::vector<policy::Document> documents;
  if (caller.session_policy.empty()) return documents;
  MR_ASSIGN(auto document, policy::Document::parse(std::string_view(caller.session_policy),
                                                   policy::DocumentKind::kIdentity));
  documents.push_back(std::move(document));
  return documents;
}

}  // namespace

Status IamAuthorizer::check(store::Reader& reader, const svc::Caller& caller,
                            const svc::Access& access) {
  std::string owner = access.resource_account;
  if (owner.empty()) owner = account_of_arn(access.resource);
  bool is_account = owner.size() == 12 && owner.find_first_not_of("0123456789") == owner.npos;
  if (!is_account) owner = caller.account;  // S3 and API Gateway ARNs name none
  bool same_account = owner == caller.account;
  bool root = caller.kind == svc::CallerKind::kRoot;
  if (root && same_account && !access.resource_policy) return ok_status();

  policy::Request request{.action = access.action, .resource = access.resource};
  request.context = context_of(caller, access, clock_.now());
  if (caller.kind == svc::CallerKind::kService) {
    request.requester.service = caller.arn;
  } else {
    request.requester.account = caller.account;
    request.requester.arn = caller.arn;
  }
  policy::Policies policies{.same_account = same_account};
  policy::Document resource;
  if (access.resource_policy) {
    auto kind = is_assume_role(access.action) ? policy::DocumentKind::kTrust
                                              : policy::DocumentKind::kResource;
    auto document = policy::Document::parse(*access.resource_policy, kind);
    if (!document.ok()) {
      spdlog::warn("policy on {} is malformed: {}", access.resource, document.error().message());
      return denied(caller, access, Verdict::kNoResourceAllows);
    }
    resource = std::move(*document);
    policies.resource = &resource;
  }
  if (root) return check_root(caller, access, request, policies);

  std::shared_ptr<const Compiled> identity;
  if (caller.kind == svc::CallerKind::kUser || caller.kind == svc::CallerKind::kAssumedRole) {
    bool is_role = caller.kind == svc::CallerKind::kAssumedRole;
    IdentityKey key{is_role ? IdentityKind::kRole : IdentityKind::kUser, caller.account,
                    is_role ? caller.role_name : caller.user_name};
    MR_ASSIGN(identity, compiled(reader, key));
    // A role that was deleted, or made anew under its old name, is not the one of the session.
    if (identity->id != caller.user_id.substr(0, caller.user_id.find(':'))) {
      return denied(caller, access, Verdict::kNoIdentityAllows);
    }
    for (const policy::Document& document : identity->documents) {
      policies.identity.push_back(&document);
    }
    request.context.set("aws:PrincipalArn", identity->arn);
    for (const auto& [tag, value] : identity->tags)
      request.context.set("aws:PrincipalTag/" + tag, value);
    if (is_role) request.requester.role_arn = identity->arn;
  }
  auto session = session_documents(caller);
  if (!session.ok()) return denied(caller, access, Verdict::kNoSessionAllows);
  for (const policy::Document& document : *session)
    policies.session.push_back(&document);

  Verdict verdict = policy::authorize(policies, request);
  if (verdict == Verdict::kAllowed) return ok_status();
  return denied(caller, access, verdict);
}

// Root needs no identity policy. What is attached to a resource binds him all the same, but for the
// bucket's policy itself, which he may always take away.
Status IamAuthorizer::check_root(const svc::Caller& caller, const svc::Access& access,
                                 const policy::Request& request, const policy::Policies& policies) {
  if (policies.same_account && access.action.starts_with("s3:") &&
      access.action.ends_with("BucketPolicy")) {
    return ok_status();
  }
  policy::ResourceDecision decision;
  if (policies.resource != nullptr)
    decision = policy::evaluate_resource(*policies.resource, request);
  if (decision.decision == policy::Decision::kExplicitDeny) {
    return denied(caller, access, Verdict::kDeniedByResource);
  }
  bool must_be_named = !policies.same_account || is_assume_role(access.action);
  if (must_be_named && decision.decision != policy::Decision::kAllow) {
    return denied(caller, access, Verdict::kNoResourceAllows);
  }
  return ok_status();
}

Result<std::shared_ptr<const IamAuthorizer::Compiled>> IamAuthorizer::compiled(
    store::Reader& reader, const IdentityKey& key) {
  MR_ASSIGN(std::string version, policy_version(reader, key.account));
  std::string name =
      fmt::format("{}/{}/{}", key.account, static_cast<int>(key.kind), ascii_lower(key.name));
  {
    std::lock_guard lock(mutex_);
    auto it = cache_.find(name);
    if (it != cache_.end() && it->second->version == version) return it->second;
  }
  MR_ASSIGN(auto fresh, compile(reader, key, std::move(version)));
  std::lock_guard lock(mutex_);
  if (cache_.size() >= kCachedIdentitiesMax) cache_.clear();
  cache_[name] = fresh;
  return fresh;
}

Result<std::shared_ptr<const IamAuthorizer::Compiled>> IamAuthorizer::compile(
    store::Reader& reader, const IdentityKey& key, std::string version) {
  auto result = std::make_shared<Compiled>();
  result->version = std::move(version);
  MR_ASSIGN(auto identity, find_identity(reader, key));
  if (!identity) return std::shared_ptr<const Compiled>(std::move(result));
  result->id = identity->id;
  result->arn = identity->arn();
  result->tags = identity->tags;
  auto add = [&](const std::string& text) {
    auto document =
        policy::Document::parse(std::string_view(text), policy::DocumentKind::kIdentity);
    if (document.ok()) result->documents.push_back(std::move(*document));
  };
  for (const auto& [name, text] : identity->inline_policies)
    add(text);
  for (const std::string& arn : identity->attached) {
    auto managed = load_policy(reader, key.account, arn);
    if (!managed.ok()) {
      if (managed.error().is_server_fault()) return std::move(managed).error();
      continue;
    }
    const PolicyVersionRecord* current = managed->find_version(managed->default_version);
    if (current != nullptr) add(current->document);
  }
  return std::shared_ptr<const Compiled>(std::move(result));
}

}  // namespace millrace::iam
