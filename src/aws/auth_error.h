// What AWS answers to a request that it cannot authenticate. The cause is the same everywhere, the
// code and status are not: JSON services say UnrecognizedClientException where query services say
// InvalidClientTokenId and S3 says InvalidAccessKeyId.
#pragma once

#include <string_view>

#include "aws/shape.h"
#include "base/clock.h"
#include "base/error.h"

namespace millrace::aws {

enum class AuthStyle : uint8_t { kJson, kRestJson, kQuery, kS3 };
AuthStyle auth_style(Protocol protocol);

Error missing_authentication(AuthStyle style);
// A malformed Authorization header or query string; `message` is AWS's.
Error incomplete_signature(AuthStyle style, std::string message);
Error unknown_access_key(AuthStyle style, std::string_view access_key_id);
Error invalid_session_token(AuthStyle style);
Error expired_session_token(AuthStyle style);

struct MismatchDetails {
  std::string_view access_key_id;
  std::string_view signature;
  std::string_view canonical_request;
  std::string_view string_to_sign;
};
Error signature_mismatch(AuthStyle style, const MismatchDetails& details);
// A scope or date that does not fit, where it is no matter of form.
Error invalid_signature(AuthStyle style, std::string message);
// The credential scope names `given`; the request is for `expected`.
Error wrong_service(AuthStyle style, std::string_view given, std::string_view expected);
// S3: headers that had to be covered by the signature ("x-amz-acl, x-amz-tagging").
Error headers_not_signed(std::string_view names);

struct SkewDetails {
  Instant signed_at;
  Instant now;
  int64_t allowed_ms;
};
Error clock_skewed(AuthStyle style, const SkewDetails& details);
struct ExpiryDetails {
  Instant signed_at;
  Instant now;
  int64_t expires_s;
};
Error presigned_expired(AuthStyle style, const ExpiryDetails& details);

}  // namespace millrace::aws
