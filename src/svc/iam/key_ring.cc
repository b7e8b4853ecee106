#include "svc/iam/key_ring.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/seal.h"
#include "codec/json.h"
#include "policy/document.h"
#include "policy/evaluate.h"
#include "svc/caller_json.h"

namespace millrace::iam {
namespace {

using codec::Json;

constexpr std::string_view kSessionPrefix = "ASIA";
constexpr std::string_view kUserPrefix = "AKIA";
constexpr size_t kPrefix = 4;
constexpr size_t kRandom = 11;  // characters of a key's id; then come the check's
constexpr size_t kCheck = 5;
constexpr size_t kSecretLength = 40;  // as AWS's

std::string check_of(std::string_view installation_key, std::string_view random) {
  std::string digest = hmac_sha256(installation_key, fmt::format("session-key-id:{}", random));
  std::string check;
  for (size_t i = 0; i < kCheck; ++i) {
    check += kUpperAlnum[static_cast<unsigned char>(digest[i]) % kUpperAlnum.size()];
  }
  return check;
}

std::string new_key_id(std::string_view prefix, std::string_view installation_key) {
  std::string random = random_text(thread_rng(), kRandom, kUpperAlnum);
  return fmt::format("{}{}{}", prefix, random, check_of(installation_key, random));
}

// Whether this installation made the id, be the key known still or not: what was issued once never
// again counts as a key that nobody issued.
bool is_our_key(std::string_view installation_key, std::string_view access_key_id) {
  if (access_key_id.size() != kPrefix + kRandom + kCheck) return false;
  std::string_view random = access_key_id.substr(kPrefix, kRandom);
  return access_key_id.substr(kPrefix + kRandom) == check_of(installation_key, random);
}

std::string secret_of(std::string_view installation_key, std::string_view token) {
  std::string secret =
      base64_encode(hmac_sha256(installation_key, fmt::format("session-secret:{}", token)));
  secret.resize(kSecretLength);
  return secret;
}

}  // namespace

svc::SessionCredentials issue_session(std::string_view installation_key, const svc::Caller& caller,
                                      Instant expiration) {
  svc::SessionCredentials credentials{.expiration = expiration};
  credentials.access_key_id = new_key_id(kSessionPrefix, installation_key);
  Json session = svc::to_json(caller);
  session.set("key", credentials.access_key_id).set("expires", expiration.us);
  credentials.session_token = base64_encode(seal({installation_key, kSealSession}, session.dump()));
  credentials.secret_access_key = secret_of(installation_key, credentials.session_token);
  return credentials;
}

std::string new_access_key_id(std::string_view installation_key) {
  return new_key_id(kUserPrefix, installation_key);
}

svc::Caller caller_of_role(const Identity& role, const RoleSessionName& name) {
  svc::Caller caller{.kind = svc::CallerKind::kAssumedRole, .account = role.account};
  caller.arn =
      fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", role.account, role.name, name.session);
  caller.user_id = fmt::format("{}:{}", role.id, name.session);
  caller.role_name = role.name;
  return caller;
}

svc::Caller caller_of_user(const Identity& user) {
  svc::Caller caller{.kind = svc::CallerKind::kUser, .account = user.account};
  caller.arn = user.arn();
  caller.user_id = user.id;
  caller.user_name = user.name;
  return caller;
}

KeyRing::KeyRing(const Clock& clock, std::string installation_key, std::vector<RootKey> root_keys)
    : clock_(clock),
      installation_key_(std::move(installation_key)),
      root_keys_(std::move(root_keys)) {
  CHECK(installation_key_.size() == kSealKeyBytes);
}

Result<std::optional<svc::ResolvedKey>> KeyRing::resolve(store::Reader& reader,
                                                         std::string_view access_key_id,
                                                         std::string_view session_token) {
  for (const RootKey& root : root_keys_) {
    if (root.access_key_id != access_key_id) continue;
    svc::ResolvedKey key{root.secret, svc::Caller::root(root.account)};
    key.caller.access_key_id = access_key_id;
    return std::optional(std::move(key));
  }
  if (access_key_id.starts_with(kSessionPrefix)) {
    return resolve_session(access_key_id, session_token);
  }
  MR_ASSIGN(auto record, find_access_key(reader, std::string(access_key_id)));
  if (!record && is_our_key(installation_key_, access_key_id)) return svc::invalid_client_token();
  if (!record) return std::optional<svc::ResolvedKey>();
  if (!record->active) return svc::invalid_client_token();
  MR_ASSIGN(auto user,
            find_identity(reader, {IdentityKind::kUser, record->account, record->user_name}));
  if (!user) return svc::invalid_client_token();
  auto secret = unseal({installation_key_, kSealAccessKey}, record->sealed_secret);
  if (!secret) return svc::invalid_client_token();  // sealed by another installation's key
  svc::ResolvedKey key{std::move(*secret), caller_of_user(*user)};
  key.caller.access_key_id = access_key_id;
  return std::optional(std::move(key));
}

Result<std::optional<svc::ResolvedKey>> KeyRing::resolve_session(std::string_view access_key_id,
                                                                 std::string_view session_token) {
  if (!is_our_key(installation_key_, access_key_id)) {
    return std::optional<svc::ResolvedKey>();
  }
  auto sealed = base64_decode(session_token);
  if (!sealed) return svc::invalid_client_token();
  auto text = unseal({installation_key_, kSealSession}, *sealed);
  if (!text) return svc::invalid_client_token();
  auto session = Json::parse(*text);
  if (!session.ok() || session->get_string("key") != access_key_id) {
    return svc::invalid_client_token();
  }
  const Json* expires = session->find("expires");
  if (expires == nullptr || !expires->is_int()) return svc::invalid_client_token();
  if (clock_.now().us >= *expires->as_int()) {
    return Error("ExpiredToken", 403, "The security token included in the request is expired");
  }
  svc::ResolvedKey key{secret_of(installation_key_, session_token),
                       svc::caller_from_json(*session)};
  key.caller.access_key_id = access_key_id;
  return std::optional(std::move(key));
}

Result<Identity> KeyRing::trusting_role(store::Reader& reader, const std::string& role_arn,
                                        const std::string& service) {
  Error refused("AccessDenied", 403,
                fmt::format("User: {} is not authorized to perform: sts:AssumeRole on resource: {}",
                            service, role_arn));
  auto name = parse_role_arn(role_arn);
  if (!name) return refused;
  MR_ASSIGN(auto role, find_identity(reader, {IdentityKind::kRole, name->account, name->name}));
  if (!role || role->arn() != role_arn) return refused;
  auto trust = policy::Document::parse(std::string_view(role->trust), policy::DocumentKind::kTrust);
  if (!trust.ok()) return refused;
  policy::Request request{
      .action = "sts:AssumeRole", .resource = role_arn, .requester = {.service = service}};
  request.context.set("aws:SourceAccount", name->account);
  auto decision = policy::evaluate_resource(*trust, request);
  if (decision.decision != policy::Decision::kAllow) return refused;
  return std::move(*role);
}

Status KeyRing::check_trust(store::Reader& reader, const std::string& role_arn,
                            const std::string& service) {
  auto role = trusting_role(reader, role_arn, service);
  return role.ok() ? ok_status() : Status(std::move(role).error());
}

Result<svc::SessionCredentials> KeyRing::issue_role_session(
    store::Reader& reader, const svc::RoleSessionRequest& request) {
  MR_ASSIGN(Identity role, trusting_role(reader, request.role_arn, request.service));
  return issue_session(installation_key_, caller_of_role(role, {request.session_name}),
                       clock_.now().plus_ms(request.duration_seconds * 1000));
}

Result<svc::Caller> KeyRing::role_caller(store::Reader& reader,
                                         const svc::RoleSessionRequest& request) {
  MR_ASSIGN(Identity role, trusting_role(reader, request.role_arn, request.service));
  return caller_of_role(role, {request.session_name});
}

}  // namespace millrace::iam
