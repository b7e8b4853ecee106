// KeyRing: issues session credentials and resolves every kind of key (svc/credentials.h says which
// kinds there are and how their secrets are kept).
//
// A session key's id carries a check under the installation key, so that a key of ours is told from
// one that a client brought from elsewhere even when its token is missing. The token is base64 of
// the sealed session (JSON); the secret is an HMAC of the token.
//
// Thread safety: free-threaded.
#pragma once

#include <string>
#include <vector>

#include "svc/credentials.h"
#include "svc/iam/records.h"

namespace millrace::iam {

struct RootKey {
  std::string access_key_id;
  std::string secret;
  std::string account;
};

// Purposes of base/seal.h.
inline constexpr char kSealSession[] = "iam.session";
inline constexpr char kSealAccessKey[] = "iam.access-key";

// The id of a new key of a user. Ids of this installation are known as its own for ever.
std::string new_access_key_id(std::string_view installation_key);

// A fresh session of `caller` until `expiration`.
svc::SessionCredentials issue_session(std::string_view installation_key, const svc::Caller& caller,
                                      Instant expiration);

// What a session of a role is to IAM.
struct RoleSessionName {
  std::string session;
};
svc::Caller caller_of_role(const Identity& role, const RoleSessionName& name);
svc::Caller caller_of_user(const Identity& user);

class KeyRing final : public svc::CredentialDirectory, public svc::RoleSessions {
 public:
  // REQUIRES: the clock outlives this; `installation_key` is kSealKeyBytes long.
  KeyRing(const Clock& clock, std::string installation_key, std::vector<RootKey> root_keys);

  Result<std::optional<svc::ResolvedKey>> resolve(store::Reader& reader,
                                                  std::string_view access_key_id,
                                                  std::string_view session_token) override;
  Status check_trust(store::Reader& reader, const std::string& role_arn,
                     const std::string& service) override;
  Result<svc::SessionCredentials> issue_role_session(
      store::Reader& reader, const svc::RoleSessionRequest& request) override;
  Result<svc::Caller> role_caller(store::Reader& reader,
                                  const svc::RoleSessionRequest& request) override;

 private:
  Result<Identity> trusting_role(store::Reader& reader, const std::string& role_arn,
                                 const std::string& service);
  Result<std::optional<svc::ResolvedKey>> resolve_session(std::string_view access_key_id,
                                                          std::string_view session_token);

  const Clock& clock_;
  std::string installation_key_;
  std::vector<RootKey> root_keys_;
};

}  // namespace millrace::iam
