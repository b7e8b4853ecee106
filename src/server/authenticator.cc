#include "server/authenticator.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::server {
namespace {

bool is_account_id(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "http://localhost:3000", "https://127.0.0.1", "http://app.localhost".
bool is_local_origin(std::string_view origin) {
  size_t scheme = origin.find("://");
  if (scheme == origin.npos) return false;
  std::string_view host = origin.substr(scheme + 3);
  size_t colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) host = host.substr(0, colon);
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]" ||
         host.ends_with(".localhost");
}

}  // namespace

bool Authenticator::is_function(const net::RequestHead& head) const {
  if (!options_.is_function) return false;
  if (head.connection == nullptr) return true;
  enum : int { kUnknown, kFunction, kOther };
  int note = head.connection->note.load();
  if (note == kUnknown) {
    note = options_.is_function(*head.connection) ? kFunction : kOther;
    head.connection->note.store(note);
  }
  return note == kFunction;
}

Result<std::optional<svc::ResolvedKey>> Authenticator::find_key(const net::RequestHead& head,
                                                                std::string_view access_key_id,
                                                                std::string_view session_token,
                                                                aws::AuthStyle style) const {
  auto snapshot = store_.snapshot();
  auto key = directory_.resolve(*snapshot, access_key_id, session_token);
  if (!key.ok()) {
    if (key.error().code() == "ExpiredToken") return aws::expired_session_token(style);
    if (key.error().is_server_fault()) return std::move(key).error();
    if (!session_token.empty()) return aws::invalid_session_token(style);
    return aws::unknown_access_key(style, access_key_id);
  }
  if (!key->has_value() && (options_.mode != AuthMode::kOpen || is_function(head))) {
    if (!session_token.empty()) return aws::invalid_session_token(style);
    return aws::unknown_access_key(style, access_key_id);
  }
  return key;
}

Identity Authenticator::adopt(std::string_view access_key_id,
                              std::optional<svc::ResolvedKey> key) const {
  Identity identity;
  if (key) {
    identity.caller = std::move(key->caller);
    identity.secret = aws::Secret(std::move(key->secret));
    identity.account = identity.caller.account;
    return identity;
  }
  identity.account = is_account_id(access_key_id) ? access_key_id : options_.default_account;
  identity.caller = svc::Caller::root(identity.account);
  identity.caller.access_key_id = access_key_id;
  identity.is_taken_on_trust = true;
  return identity;
}

Result<Identity> Authenticator::identify(const net::RequestHead& head,
                                         const aws::RequestView& request, aws::AuthStyle style,
                                         std::string_view resource) const {
  MR_ASSIGN(auto authorization, aws::parse_authorization(request, style));
  if (authorization) {
    MR_ASSIGN(auto key,
              find_key(head, authorization->access_key_id, authorization->session_token, style));
    MR_TRY(check_time(*authorization, style, key.has_value()));
    Identity identity = adopt(authorization->access_key_id, std::move(key));
    identity.authorization = std::move(authorization);
    return identity;
  }
  if (style == aws::AuthStyle::kS3) {
    MR_ASSIGN(auto presigned, aws::parse_presigned_v2(request));
    if (presigned) return identify_presigned_v2(head, request, *presigned, resource);
  }
  Identity identity;
  identity.account = options_.default_account;
  return identity;
}

// Complete with the head: such a signature does not cover the body.
Result<Identity> Authenticator::identify_presigned_v2(const net::RequestHead& head,
                                                      const aws::RequestView& request,
                                                      const aws::PresignedV2& presigned,
                                                      std::string_view resource) const {
  MR_ASSIGN(auto key,
            find_key(head, presigned.access_key_id, presigned.session_token, aws::AuthStyle::kS3));
  MR_TRY(aws::check_expiry_v2(presigned, clock_.now()));
  if (key) {
    MR_TRY(aws::verify_presigned_v2(request, resource, presigned, aws::Secret(key->secret)));
  }
  Identity identity = adopt(presigned.access_key_id, std::move(key));
  identity.secret = aws::Secret();  // nothing is left to verify
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

Status Authenticator::check_page(const aws::RequestView& request) const {
  std::string origin(request.header("origin"));
  // A page of this very host sends no Origin with a GET. Its name may lead here by rebinding.
  if (origin.empty() && request.has_header("sec-fetch-site")) {
    origin = fmt::format("http://{}", request.header("host"));
  }
  if (origin.empty() || is_local_origin(origin)) return ok_status();
  if (std::ranges::find(options_.allowed_origins, origin) != options_.allowed_origins.end()) {
    return ok_status();
  }
  return Error("AccessDeniedException", 403,
               fmt::format("The web page {} may not use this server without a key that it issued; "
                           "--allow-origins names pages that may",
                           origin));
}

Status Authenticator::verify(const aws::RequestView& request, const Identity& identity,
                             aws::AuthStyle style, std::string_view signing_name,
                             std::string_view body_sha256_hex) const {
  if (identity.secret.empty()) return ok_status();
  const aws::Authorization& authorization = *identity.authorization;
  MR_TRY(aws::check_coverage(request, authorization, signing_name, style));
  std::string payload_hash = aws::payload_hash_for(request, authorization, body_sha256_hex);
  return aws::verify_signature(request, authorization, identity.secret, payload_hash, style);
}

}  // namespace millrace::server
