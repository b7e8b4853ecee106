// Authenticator: who sent a request. Signatures of known keys are always verified; what happens
// with keys that nobody issued is the mode's matter (`--auth`).
//
// In two steps, because a body may still be on its way: identify() needs the head alone, verify()
// the digest of the body where the signature covers it. Free-threaded.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/auth_error.h"
#include "aws/credentials.h"
#include "aws/http_message.h"
#include "aws/sigv2.h"
#include "aws/sigv4.h"
#include "base/clock.h"
#include "net/http_message.h"
#include "store/store.h"
#include "svc/credentials.h"

namespace millrace::server {

enum class AuthMode {
  // An unknown key is root of the account that it names (12 digits), or of the default one; but
  // never from a function, which is who its role says.
  kOpen,
  kVerify,   // an unknown key is refused
  kEnforce,  // and the admin API needs root's signature
};

struct Identity {
  svc::Caller caller;  // kAnonymous for an unsigned request
  std::string account;
  std::optional<aws::Authorization> authorization;
  aws::Secret secret;              // empty: nothing to verify with
  bool is_taken_on_trust = false;  // root because the mode is open, by a key that nobody issued
};

class Authenticator {
 public:
  struct Options {
    AuthMode mode = AuthMode::kEnforce;
    std::string default_account;
    // Web pages of other machines that are trusted: "https://console.example.com".
    std::vector<std::string> allowed_origins;
    // Whether who is at the other end is a function.
    std::function<bool(const net::Connection&)> is_function;
  };
  // References outlive this.
  Authenticator(svc::CredentialDirectory& directory, store::Store& store, const Clock& clock,
                Options options)
      : directory_(directory), store_(store), clock_(clock), options_(std::move(options)) {}

  // `request` is a view of `head`, with the path as it was sent; `resource` is that path with the
  // bucket in front (S3). Errors: as AuthStyle words them.
  Result<Identity> identify(const net::RequestHead& head, const aws::RequestView& request,
                            aws::AuthStyle style, std::string_view resource = {}) const;
  // That the signature is right, and for the service `signing_name`. `body_sha256_hex` may be empty
  // where aws::is_payload_declared().
  Status verify(const aws::RequestView& request, const Identity& identity, aws::AuthStyle style,
                std::string_view signing_name, std::string_view body_sha256_hex) const;

  // Who is let in without a verified signature is so because he is on this machine. A web page that
  // somebody visits here is not: browsers say whose page sent a request.
  Status check_page(const aws::RequestView& request) const;

  // From whom a key that nobody issued is not taken. Asked once for each connection.
  bool is_function(const net::RequestHead& head) const;

  AuthMode mode() const { return options_.mode; }
  const std::string& default_account() const { return options_.default_account; }

 private:
  Result<std::optional<svc::ResolvedKey>> find_key(const net::RequestHead& head,
                                                   std::string_view access_key_id,
                                                   std::string_view session_token,
                                                   aws::AuthStyle style) const;
  Result<Identity> identify_presigned_v2(const net::RequestHead& head,
                                         const aws::RequestView& request,
                                         const aws::PresignedV2& presigned,
                                         std::string_view resource) const;
  // Of an access key: the caller it stands for.
  Identity adopt(std::string_view access_key_id, std::optional<svc::ResolvedKey> key) const;
  Status check_time(const aws::Authorization& authorization, aws::AuthStyle style,
                    bool known) const;

  svc::CredentialDirectory& directory_;
  store::Store& store_;
  const Clock& clock_;
  const Options options_;
};

}  // namespace millrace::server
