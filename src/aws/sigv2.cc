#include "aws/sigv2.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "aws/auth_error.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace millrace::aws {
namespace {

// The sub-resources and overrides that are part of what is signed.
constexpr std::array<std::string_view, 33> kSignedParameters = {"accelerate",
                                                                "acl",
                                                                "cors",
                                                                "defaultObjectAcl",
                                                                "delete",
                                                                "encryption",
                                                                "inventory",
                                                                "lifecycle",
                                                                "location",
                                                                "logging",
                                                                "notification",
                                                                "object-lock",
                                                                "partNumber",
                                                                "policy",
                                                                "publicAccessBlock",
                                                                "replication",
                                                                "requestPayment",
                                                                "response-cache-control",
                                                                "response-content-disposition",
                                                                "response-content-encoding",
                                                                "response-content-language",
                                                                "response-content-type",
                                                                "response-expires",
                                                                "restore",
                                                                "select",
                                                                "select-type",
                                                                "tagging",
                                                                "torrent",
                                                                "uploadId",
                                                                "uploads",
                                                                "versionId",
                                                                "versioning",
                                                                "versions"};

std::string hmac_sha1(std::string_view key, std::string_view message) {
  constexpr size_t kBlockBytes = 64;
  std::string block = key.size() > kBlockBytes ? sha1(key) : std::string(key);
  block.resize(kBlockBytes, '\0');
  std::string inner = block;
  std::string outer = block;
  for (size_t i = 0; i < kBlockBytes; ++i) {
    inner[i] = static_cast<char>(inner[i] ^ 0x36);
    outer[i] = static_cast<char>(outer[i] ^ 0x5c);
  }
  return sha1(outer + sha1(inner + std::string(message)));
}

std::string parameter(const QueryParameters& query, std::string_view name) {
  const std::string* value = find_parameter(query, name);
  return value == nullptr ? "" : *value;
}

// A header, or the same as a parameter of the URL.
std::string header_or_parameter(const RequestView& request, const QueryParameters& query,
                                std::string_view name) {
  std::string_view header = request.header(name);
  return header.empty() ? parameter(query, name) : std::string(header);
}

std::string amz_headers(const RequestView& request, const QueryParameters& query) {
  std::map<std::string, std::string> sorted;
  auto add = [&](std::string_view name, std::string_view value) {
    std::string lower = ascii_lower(name);
    if (!lower.starts_with("x-amz-")) return;
    std::string& joined = sorted[lower];
    if (!joined.empty()) joined += ',';
    joined += value;
  };
  for (const HeaderView& header : request.headers)
    add(header.name, header.value);
  for (const auto& [name, value] : query)
    add(name, value);
  std::string out;
  for (const auto& [name, value] : sorted)
    out += name + ":" + value + "\n";
  return out;
}

std::string signed_resource(std::string_view resource, const QueryParameters& query) {
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : query) {
    if (std::ranges::find(kSignedParameters, name) != kSignedParameters.end()) sorted[name] = value;
  }
  std::string out(resource);
  char separator = '?';
  for (const auto& [name, value] : sorted) {
    out += separator + name;
    if (!value.empty()) out += "=" + value;
    separator = '&';
  }
  return out;
}

}  // namespace

Result<std::optional<PresignedV2>> parse_presigned_v2(const RequestView& request) {
  if (request.query.find("AWSAccessKeyId=") == std::string_view::npos) {
    return std::optional<PresignedV2>();
  }
  QueryParameters query = parse_query_string(request.query);
  PresignedV2 presigned{parameter(query, "AWSAccessKeyId"), parameter(query, "Signature"),
                        parameter(query, "Expires"), parameter(query, "x-amz-security-token")};
  if (presigned.access_key_id.empty() || presigned.signature.empty() || presigned.expires.empty()) {
    return Error("AccessDenied", 403,
                 "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
                 "parameters");
  }
  return std::optional(std::move(presigned));
}

Status verify_presigned_v2(const RequestView& request, std::string_view resource,
                           const PresignedV2& presigned, const Secret& secret) {
  QueryParameters query = parse_query_string(request.query);
  std::string text;
  text.append(request.method).append("\n");
  text += header_or_parameter(request, query, "content-md5") + "\n";
  text += header_or_parameter(request, query, "content-type") + "\n";
  text += presigned.expires + "\n";
  text += amz_headers(request, query);
  text += signed_resource(resource, query);
  std::string expected = base64_encode(hmac_sha1(secret.reveal(), text));
  if (constant_time_equals(expected, presigned.signature)) return ok_status();
  return signature_mismatch(AuthStyle::kS3,
                            {presigned.access_key_id, presigned.signature, "", text});
}

Status check_expiry_v2(const PresignedV2& presigned, Instant now) {
  int64_t expires = 0;
  const char* end = presigned.expires.data() + presigned.expires.size();
  auto [stop, ec] = std::from_chars(presigned.expires.data(), end, expires);
  if (ec != std::errc() || stop != end) {
    return Error("AccessDenied", 403,
                 "Invalid date (should be seconds since epoch): " + presigned.expires);
  }
  if (now.seconds() <= expires) return ok_status();
  return Error("AccessDenied", 403, "Request has expired")
      .with_member("Expires", "\"" + format_iso8601(Instant::from_seconds(expires)) + "\"")
      .with_member("ServerTime", "\"" + format_iso8601(now) + "\"");
}

}  // namespace millrace::aws
