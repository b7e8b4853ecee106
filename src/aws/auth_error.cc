#include "aws/auth_error.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "codec/json.h"

namespace millrace::aws {
namespace {

struct Code {
  std::string_view code;
  int status;
};

// In the order of AuthStyle: json, rest-json, query, S3.
struct CodeRow {
  Code codes[4];
};

Error error_of(const CodeRow& row, AuthStyle style, std::string message) {
  const Code& code = row.codes[static_cast<size_t>(style)];
  return Error(std::string(code.code), code.status, std::move(message));
}

constexpr CodeRow kMissing{{{"MissingAuthenticationTokenException", 400},
                            {"MissingAuthenticationTokenException", 403},
                            {"MissingAuthenticationToken", 403},
                            {"AccessDenied", 403}}};
constexpr CodeRow kIncomplete{{{"IncompleteSignatureException", 400},
                               {"IncompleteSignatureException", 403},
                               {"IncompleteSignature", 400},
                               {"AuthorizationHeaderMalformed", 400}}};
constexpr CodeRow kUnknownKey{{{"UnrecognizedClientException", 400},
                               {"UnrecognizedClientException", 403},
                               {"InvalidClientTokenId", 403},
                               {"InvalidAccessKeyId", 403}}};
constexpr CodeRow kInvalidToken{{{"UnrecognizedClientException", 400},
                                 {"UnrecognizedClientException", 403},
                                 {"InvalidClientTokenId", 403},
                                 {"InvalidToken", 400}}};
constexpr CodeRow kExpiredToken{{{"ExpiredTokenException", 400},
                                 {"ExpiredTokenException", 403},
                                 {"ExpiredToken", 403},
                                 {"ExpiredToken", 400}}};
constexpr CodeRow kMismatch{{{"InvalidSignatureException", 400},
                             {"InvalidSignatureException", 403},
                             {"SignatureDoesNotMatch", 403},
                             {"SignatureDoesNotMatch", 403}}};

std::string quoted(std::string_view text) {
  std::string out;
  codec::append_json_string(out, text);
  return out;
}

std::string spaced_hex(std::string_view bytes) {
  std::string out;
  for (unsigned char byte : bytes)
    fmt::format_to(std::back_inserter(out), "{:02x} ", byte);
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace

AuthStyle auth_style(Protocol protocol) {
  switch (protocol) {
    case Protocol::kQuery: return AuthStyle::kQuery;
    case Protocol::kRestXml: return AuthStyle::kS3;
    case Protocol::kRestJson: return AuthStyle::kRestJson;
    default: return AuthStyle::kJson;
  }
}

Error missing_authentication(AuthStyle style) {
  switch (style) {
    case AuthStyle::kS3: return error_of(kMissing, style, "Access Denied");
    case AuthStyle::kRestJson: return error_of(kMissing, style, "Missing Authentication Token");
    default: return error_of(kMissing, style, "Request is missing Authentication Token");
  }
}

Error incomplete_signature(AuthStyle style, std::string message) {
  return error_of(kIncomplete, style, std::move(message));
}

Error unknown_access_key(AuthStyle style, std::string_view access_key_id) {
  if (style == AuthStyle::kS3) {
    return error_of(kUnknownKey, style,
                    "The AWS Access Key Id you provided does not exist in our records.")
        .with_member("AWSAccessKeyId", quoted(access_key_id));
  }
  return error_of(kUnknownKey, style, "The security token included in the request is invalid.");
}

Error invalid_session_token(AuthStyle style) {
  return error_of(kInvalidToken, style,
                  style == AuthStyle::kS3
                      ? "The provided token is malformed or otherwise invalid."
                      : "The security token included in the request is invalid");
}

Error expired_session_token(AuthStyle style) {
  return error_of(kExpiredToken, style,
                  style == AuthStyle::kS3
                      ? "The provided token has expired."
                      : "The security token included in the request is expired");
}

Error signature_mismatch(AuthStyle style, const MismatchDetails& details) {
  if (style == AuthStyle::kS3) {
    return error_of(
               kMismatch, style,
               "The request signature we calculated does not match the signature you provided. "
               "Check your key and signing method.")
        .with_member("AWSAccessKeyId", quoted(details.access_key_id))
        .with_member("StringToSign", quoted(details.string_to_sign))
        .with_member("SignatureProvided", quoted(details.signature))
        .with_member("StringToSignBytes", quoted(spaced_hex(details.string_to_sign)))
        .with_member("CanonicalRequest", quoted(details.canonical_request))
        .with_member("CanonicalRequestBytes", quoted(spaced_hex(details.canonical_request)));
  }
  return error_of(
      kMismatch, style,
      fmt::format("The request signature we calculated does not match the signature you "
                  "provided. Check your AWS Secret Access Key and signing method. Consult "
                  "the service documentation for details.\n\nThe Canonical String for this "
                  "request should have been\n'{}'\n\nThe String-to-Sign should have "
                  "been\n'{}'\n",
                  details.canonical_request, details.string_to_sign));
}

Error invalid_signature(AuthStyle style, std::string message) {
  if (style == AuthStyle::kS3) return incomplete_signature(style, std::move(message));
  return error_of(kMismatch, style, std::move(message));
}

Error clock_skewed(AuthStyle style, const SkewDetails& details) {
  if (style == AuthStyle::kS3) {
    return Error("RequestTimeTooSkewed", 403,
                 "The difference between the request time and the current time is too large.")
        .with_member("RequestTime", quoted(format_amz_date(details.signed_at)))
        .with_member("ServerTime", quoted(format_iso8601(details.now)))
        .with_member("MaxAllowedSkewMilliseconds", quoted(fmt::to_string(details.allowed_ms)));
  }
  const bool is_early = details.signed_at < details.now;
  const Instant limit = details.now.plus_ms(is_early ? -details.allowed_ms : details.allowed_ms);
  return error_of(
      kMismatch, style,
      fmt::format("Signature {}: {} is {} than {} ({} {} {} min.)",
                  is_early ? "expired" : "not yet current", format_amz_date(details.signed_at),
                  is_early ? "now earlier" : "still later", format_amz_date(limit),
                  format_amz_date(details.now), is_early ? '-' : '+', details.allowed_ms / 60'000));
}

Error presigned_expired(AuthStyle style, const ExpiryDetails& details) {
  const Instant limit = details.signed_at.plus_ms(details.expires_s * 1000);
  if (style == AuthStyle::kS3) {
    return Error("AccessDenied", 403, "Request has expired")
        .with_member("X-Amz-Expires", quoted(fmt::to_string(details.expires_s)))
        .with_member("Expires", quoted(format_iso8601(limit)))
        .with_member("ServerTime", quoted(format_iso8601(details.now)));
  }
  return error_of(kMismatch, style,
                  fmt::format("Signature expired: {} is now earlier than {} ({} - {} sec.)",
                              format_amz_date(details.signed_at),
                              format_amz_date(details.now.plus_ms(-details.expires_s * 1000)),
                              format_amz_date(details.now), details.expires_s));
}

Error wrong_service(AuthStyle style, std::string_view given, std::string_view expected) {
  if (style == AuthStyle::kS3) {
    return error_of(kIncomplete, style,
                    fmt::format("The authorization header is malformed; incorrect service \"{}\". "
                                "This endpoint belongs to \"{}\".",
                                given, expected));
  }
  return error_of(kMismatch, style,
                  fmt::format("Credential should be scoped to correct service: '{}'. ", expected));
}

Error headers_not_signed(std::string_view names) {
  return Error("AccessDenied", 403,
               "There were headers present in the request which were not signed")
      .with_member("HeadersNotSigned", quoted(names));
}

}  // namespace millrace::aws
