// Credentials: from an access key id to the secret that signed and the caller it stands for. The
// server asks CredentialDirectory for every request it authenticates; those who run code on behalf
// of a role (functions) get their keys from RoleSessions. Implemented by svc/iam.
//
// Three kinds of keys are known: the installation's root keys (the server reads them from its file
// or environment and hands them over), users' keys (AKIA..., rows of the store, the secret sealed
// with the installation key) and sessions' keys (ASIA..., no rows at all: the session token carries
// the sealed session, and the secret is derived from it). So a session outlives a restart, works on
// every node that has the installation key, and a copy of the store alone gives no secret away.
//
// Thread safety: free-threaded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"
#include "svc/caller.h"

namespace millrace::svc {

struct ResolvedKey {
  std::string secret;  // what the signature must have been made with
  Caller caller;
};

class CredentialDirectory {
 public:
  virtual ~CredentialDirectory() = default;

  // nullopt: nobody here ever issued this key (`--auth open` may take it as root, the others answer
  // InvalidClientTokenId). Errors, for keys that are ours and not valid now:
  //   InvalidClientTokenId (403): inactive, or the session token is missing or not this key's.
  //   ExpiredToken (403): the session is over.
  // The secret is not compared here: the caller verifies the signature with it.
  virtual Result<std::optional<ResolvedKey>> resolve(store::Reader& reader,
                                                     std::string_view access_key_id,
                                                     std::string_view session_token) = 0;
};

// The answer to a key that nobody knows, and to one that is not valid: the same words.
inline Error invalid_client_token() {
  return Error("InvalidClientTokenId", 403,
               "The security token included in the request is invalid.");
}

struct SessionCredentials {
  std::string access_key_id;  // ASIA...
  std::string secret_access_key;
  std::string session_token;
  Instant expiration;
};

struct RoleSessionRequest {
  std::string role_arn;
  std::string session_name;  // for a function: its name
  std::string service;       // who assumes it: "lambda.amazonaws.com"
  int64_t duration_seconds = 3600;
};

// The session in which Lambda reads a function's event source; AWS does not charge for those reads.
inline constexpr char kEventSourceSession[] = "AWSLambdaEventSource";

class RoleSessions {
 public:
  virtual ~RoleSessions() = default;
  // Whether `service` may act as the role: what CreateFunction and the like ask before they take
  // it. AccessDenied (403) otherwise; the service answers in its own words ("The role defined for
  // the function cannot be assumed by Lambda.").
  virtual Status check_trust(store::Reader& reader, const std::string& role_arn,
                             const std::string& service) = 0;
  // Credentials for one of our services that acts as a role. AccessDenied (403) when the role does
  // not exist or its trust policy does not let the service in.
  virtual Result<SessionCredentials> issue_role_session(store::Reader& reader,
                                                        const RoleSessionRequest& request) = 0;
  // Who such a session is, for work of ours that acts as the role without keys. Errors as above.
  virtual Result<Caller> role_caller(store::Reader& reader, const RoleSessionRequest& request) = 0;
};

}  // namespace millrace::svc
