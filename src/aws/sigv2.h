// Signature version 2 in the query string of S3 URLs: what boto3 still gives out as presigned URLs
// unless it is told otherwise. Verifying only; nobody should sign with it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
// Pure; free-threaded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/http_message.h"
#include "base/clock.h"
#include "base/result.h"

namespace millrace::aws {

struct PresignedV2 {
  std::string access_key_id;
  std::string signature;  // base64
  std::string expires;    // seconds since 1970, as in the URL
  std::string session_token;
};

// None when the query carries no such signature. Errors: AccessDenied for a part of one.
Result<std::optional<PresignedV2>> parse_presigned_v2(const RequestView& request);

// `resource` is the raw path with the bucket in front, however the request named it. Errors:
// SignatureDoesNotMatch, AccessDenied (expired).
Status verify_presigned_v2(const RequestView& request, std::string_view resource,
                           const PresignedV2& presigned, const Secret& secret);
Status check_expiry_v2(const PresignedV2& presigned, Instant now);

}  // namespace millrace::aws
