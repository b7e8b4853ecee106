#include <fmt/format.h>

#include "policy/document.h"
#include "svc/iam/key_ring.h"
#include "svc/iam/records.h"
#include "svc/iam/sts.h"

namespace millrace::iam {
namespace {

namespace sts = aws::sts;

constexpr int64_t kDurationMin = 900;
constexpr int64_t kDurationDefault = 3600;
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
constexpr int64_t kChainedDurationMax = 3600;

Error not_authorized(const svc::Caller& caller, const std::string& role_arn) {
  return Error("AccessDenied", 403,
               fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                           caller.arn, role_arn));
}

Result<Identity> find_role(svc::Context& ctx, const std::string& role_arn) {
  auto name = parse_role_arn(role_arn);
  if (!name) {
    return Error("ValidationError", 400, fmt::format("{} is invalid", role_arn));
  }
  MR_ASSIGN(auto role, find_identity(ctx.txn(), {IdentityKind::kRole, name->account, name->name}));
  if (!role || role->arn() != role_arn) return not_authorized(ctx.caller(), role_arn);
  return std::move(*role);
}

Status check_unsupported(const sts::AssumeRoleRequest& in) {
  auto refuse = [](const char* name) {
    return Error("ValidationError", 400, fmt::format("{} is not supported by Millrace", name));
  };
  if (in.policy_arns && !in.policy_arns->empty()) return refuse("PolicyArns");
  if (in.tags && !in.tags->empty()) return refuse("Tags");
  if (in.transitive_tag_keys && !in.transitive_tag_keys->empty()) {
    return refuse("TransitiveTagKeys");
  }
  if (in.serial_number) return refuse("SerialNumber");
  if (in.token_code) return refuse("TokenCode");
  if (in.source_identity) return refuse("SourceIdentity");
  if (in.provided_contexts && !in.provided_contexts->empty()) return refuse("ProvidedContexts");
  return ok_status();
}

}  // namespace

// The trust policy is the role's resource policy, so the usual decision applies: it lets the caller
// in by name, or it names his account and his own policies decide.
Result<std::vector<svc::Access>> assume_role_access(svc::Context& ctx,
                                                    const sts::AssumeRoleRequest& in) {
  MR_ASSIGN(Identity role, find_role(ctx, in.role_arn));
  auto trust = codec::Json::parse(role.trust);
  if (!trust.ok()) return not_authorized(ctx.caller(), in.role_arn);
  svc::Access access{.action = "sts:AssumeRole", .resource = in.role_arn};
  access.resource_policy = std::move(*trust);
  access.resource_account = role.account;
  access.context["sts:RoleSessionName"] = {in.role_session_name};
  if (in.external_id) access.context["sts:ExternalId"] = {*in.external_id};
  return std::vector<svc::Access>{std::move(access)};
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
Result<sts::AssumeRoleResponse> assume_role(svc::Context& ctx, const sts::AssumeRoleRequest& in) {
  MR_TRY(check_unsupported(in));
  MR_ASSIGN(Identity role, find_role(ctx, in.role_arn));
  int64_t duration = in.duration_seconds.value_or(kDurationDefault);
  if (duration < kDurationMin) {
    return Error(
        "ValidationError", 400,
        fmt::format("1 validation error detected: Value '{}' at 'durationSeconds' failed to "
                    "satisfy constraint: Member must have value greater than or equal to {}",
                    duration, kDurationMin));
  }
  bool chained = ctx.caller().kind == svc::CallerKind::kAssumedRole;
  if (chained && duration > kChainedDurationMax) {
    return Error("ValidationError", 400,
                 "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                 "by role chaining");
  }
  if (duration > role.max_session_seconds) {
    return Error("ValidationError", 400,
                 "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  svc::Caller session = caller_of_role(role, {in.role_session_name});
  if (in.policy) {
    MR_TRY(policy::Document::parse(std::string_view(*in.policy), policy::DocumentKind::kIdentity));
    session.session_policy = *in.policy;
  }
  Instant expiration = ctx.now().plus_ms(duration * 1000);
  auto credentials = issue_session(ctx.ports().installation_key, session, expiration);
  sts::AssumeRoleResponse out;
  out.credentials = sts::Credentials{credentials.access_key_id, credentials.secret_access_key,
                                     credentials.session_token, expiration};
  out.assumed_role_user = sts::AssumedRoleUser{session.user_id, session.arn};
  return out;
}

}  // namespace millrace::iam
