// AWS Signature Version 4: signing (our client) and verifying (our server), in the Authorization
// header and in the query string (presigned URLs).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
//
// Verifying is always on, so it must be cheap: derived keys are cached as HMAC states, a bounded
// number for each thread, and OpenSSL's objects are made once. Nothing here logs, and no error
// carries a secret. Free-threaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/auth_error.h"
#include "aws/credentials.h"
#include "aws/http_message.h"
#include "base/clock.h"
#include "base/result.h"

namespace millrace::aws {

struct SigningScope {
  std::string region;
  std::string service;  // signing name: "s3", "dynamodb"
};

// What the request says about its body (x-amz-content-sha256).
enum class PayloadKind : uint8_t {
  kHash,                      // a digest, or nothing: the digest of the body counts
  kUnsigned,                  // UNSIGNED-PAYLOAD
  kStreamingUnsignedTrailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
  kStreamingSigned,           // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  kStreamingSignedTrailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
};
// Errors: InvalidArgument / NotImplemented for a value that AWS does not know or we lack.
Result<PayloadKind> payload_kind(const RequestView& request);
inline bool is_streaming(PayloadKind kind) {
  return kind != PayloadKind::kHash && kind != PayloadKind::kUnsigned;
}
inline constexpr char kUnsignedPayload[] = "UNSIGNED-PAYLOAD";

// A parsed signature of a request.
struct Authorization {
  enum class Form : uint8_t { kHeader, kQuery } form = Form::kHeader;
  std::string access_key_id;
  std::string date;  // of the scope: "20260131"
  std::string region;
  std::string service;
  std::string signed_headers;  // "host;x-amz-date"
  std::string signature;
  std::string session_token;
  std::string amz_date;  // "20260131T123456Z"
  Instant signed_at;
  int64_t expires_s = 0;  // presigned URLs only

  std::string scope() const;  // "20260131/us-east-1/s3/aws4_request"
};

// The credential scope of a request without checking anything: to find service and region before it
// is known how errors are to be written. Empty when the request is unsigned or malformed.
struct ScopeHint {
  std::string access_key_id;
  std::string region;
  std::string service;
};
ScopeHint scope_hint(const RequestView& request);

// None for an unsigned request. Errors: as AuthStyle says, with AWS's texts.
Result<std::optional<Authorization>> parse_authorization(const RequestView& request,
                                                         AuthStyle style);
// Clock skew of 5 minutes (15 for S3), or the life of a presigned URL.
Status check_signing_time(const Authorization& authorization, Instant now, AuthStyle style);

// A signature is for one service: `signing_name`, of the operation that the request was found to
// ask for. For S3 it covers each x-amz-* header that is there, so that who holds a presigned URL
// adds none.
Status check_coverage(const RequestView& request, const Authorization& authorization,
                      std::string_view signing_name, AuthStyle style);
// `payload_hash` is what the canonical request ends with: payload_hash_for().
Status verify_signature(const RequestView& request, const Authorization& authorization,
                        const Secret& secret, std::string_view payload_hash, AuthStyle style);
// S3 signs what x-amz-content-sha256 says (and UNSIGNED-PAYLOAD in presigned URLs), the others the
// digest of the body. `body_sha256_hex` may be empty where is_payload_declared().
std::string payload_hash_for(const RequestView& request, const Authorization& authorization,
                             std::string_view body_sha256_hex);
// Whether the signature can be checked before the body has arrived.
bool is_payload_declared(const RequestView& request, const Authorization& authorization);

// Client. Adds X-Amz-Date, X-Amz-Security-Token, x-amz-content-sha256 (S3) and Authorization. All
// headers that are there are signed but those that proxies change. REQUIRES: a Host header.
// `payload_hash` empty: the digest of the body in memory.
void sign_request(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
                  Instant now, std::string_view payload_hash = {});
// Client. Puts the signature into the query string. REQUIRES: a Host header.
void presign_request(HttpRequest& request, const Credentials& credentials,
                     const SigningScope& scope, Instant now, int64_t expires_s);

// The signature of `string_to_sign` under the key derived for this scope, in hex.
std::string sigv4_signature(const Secret& secret, std::string_view date, const SigningScope& scope,
                            std::string_view string_to_sign);

// For tests against AWS's vectors.
std::string canonical_request(const RequestView& request, std::string_view signed_headers,
                              std::string_view payload_hash, std::string_view service);

}  // namespace millrace::aws
