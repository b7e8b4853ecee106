#include "server/authenticator.h"

namespace millrace::server {
namespace {

bool is_account_id(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Result<Identity> Authenticator::identify(const aws::RequestView& request,
                                         aws::AuthStyle style) const {
  Identity identity;
  MR_ASSIGN(identity.authorization, aws::parse_authorization(request, style));
  identity.account = options_.default_account;
  if (!identity.authorization) return identity;
  const aws::Authorization& authorization = *identity.authorization;
  auto snapshot = store_.snapshot();
  auto key =
      directory_.resolve(*snapshot, authorization.access_key_id, authorization.session_token);
  if (!key.ok()) {
    if (key.error().code() == "ExpiredToken") return aws::expired_session_token(style);
    if (key.error().is_server_fault()) return std::move(key).error();
    if (!authorization.session_token.empty()) return aws::invalid_session_token(style);
    return aws::unknown_access_key(style, authorization.access_key_id);
  }
  bool known = key->has_value();
  if (!known && options_.mode != AuthMode::kOpen) {
    return aws::unknown_access_key(style, authorization.access_key_id);
  }
  MR_TRY(check_time(authorization, style, known));
  if (known) {
    identity.caller = std::move((*key)->caller);
    identity.secret = aws::Secret(std::move((*key)->secret));
    identity.account = identity.caller.account;
    return identity;
  }
  if (is_account_id(authorization.access_key_id)) identity.account = authorization.access_key_id;
  identity.caller = svc::Caller::root(identity.account);
  identity.caller.access_key_id = authorization.access_key_id;
  return identity;
}

// The server's clock may have been moved ahead of the clients', functions among them: a signature
// made now by the machine's clock is as good as one made by ours. Presigned URLs follow our clock
// alone, so that a test can see one expire.
Status Authenticator::check_time(const aws::Authorization& authorization, aws::AuthStyle style,
                                 bool known) const {
  bool presigned = authorization.form == aws::Authorization::Form::kQuery;
  if (!presigned && !known) return ok_status();
  Status by_our_clock = aws::check_signing_time(authorization, clock_.now(), style);
  if (by_our_clock.ok() || presigned) return by_our_clock;
  if (aws::check_signing_time(authorization, system_clock().now(), style).ok()) return ok_status();
  return by_our_clock;
}

Status Authenticator::verify(const aws::RequestView& request, const Identity& identity,
                             aws::AuthStyle style, std::string_view body_sha256_hex) const {
  if (identity.secret.empty()) return ok_status();
  const aws::Authorization& authorization = *identity.authorization;
  std::string payload_hash = aws::payload_hash_for(request, authorization, body_sha256_hex);
  return aws::verify_signature(request, authorization, identity.secret, payload_hash, style);
}

}  // namespace millrace::server
