#include "aws/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws/signing_key.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace millrace::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kTerminator = "aws4_request";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// Outer spaces go, runs of inner spaces become one.
void append_header_value(std::string& out, std::string_view value) {
  bool was_space = false;
  for (char c : trimmed(value)) {
    const bool is_space = c == ' ' || c == '\t';
    if (!is_space || !was_space) out += is_space ? ' ' : c;
    was_space = is_space;
  }
}

// "/a/./b/../c//" -> "/a/c/", as all services but S3 sign it.
std::string normalized_path(std::string_view path) {
  if (path.find("//") == path.npos && path.find("/.") == path.npos) return std::string(path);
  std::vector<std::string_view> kept;
  const bool ends_in_slash = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
  while (!path.empty()) {
    const size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (out.empty() || ends_in_slash) out += '/';
  return out;
}

void append_canonical_path(std::string& out, std::string_view path, std::string_view service) {
  if (path.empty() || path == "/") {
    out += '/';
  } else if (service == "s3") {
    out += percent_encode(percent_decode(path), Slash::kKeep);
  } else {
    out += percent_encode(normalized_path(path), Slash::kKeep);
  }
}

void append_canonical_query(std::string& out, std::string_view query) {
  if (query.empty()) return;
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == query.npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    std::string name = percent_encode(percent_decode(pair.substr(0, equals)));
    if (name == "X-Amz-Signature") continue;
    pairs.emplace_back(std::move(name),
                       equals == pair.npos
                           ? std::string()
                           : percent_encode(percent_decode(pair.substr(equals + 1))));
  }
  std::sort(pairs.begin(), pairs.end());
  bool first = true;
  for (const auto& [name, value] : pairs) {
    if (!first) out += '&';
    first = false;
    out += name;
    out += '=';
    out += value;
  }
}

// One "name:value\n" for each signed header; values of repeated headers are joined with commas.
void append_canonical_headers(std::string& out, const RequestView& request,
                              std::string_view signed_headers) {
  while (!signed_headers.empty()) {
    const size_t end = signed_headers.find(';');
    const std::string_view name = signed_headers.substr(0, end);
    signed_headers =
        end == signed_headers.npos ? std::string_view() : signed_headers.substr(end + 1);
    out += name;
    out += ':';
    bool first = true;
    for (const HeaderView& header : request.headers) {
      if (!ascii_iequals(header.name, name)) continue;
      if (!first) out += ',';
      first = false;
      append_header_value(out, header.value);
    }
    out += '\n';
  }
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope,
                           std::string_view canonical) {
  std::string out;
  out.reserve(160);
  out += kAlgorithm;
  out += '\n';
  out += amz_date;
  out += '\n';
  out += scope;
  out += '\n';
  append_hex(out, sha256_digest(canonical));
  return out;
}

std::string scope_text(std::string_view date, const SigningScope& scope) {
  return fmt::format("{}/{}/{}/{}", date, scope.region, scope.service, kTerminator);
}

struct CredentialParts {
  std::string_view access_key_id, date, region, service, terminator;
};

// "AKID/20260131/us-east-1/s3/aws4_request". The key id may itself contain slashes.
std::optional<CredentialParts> split_credential(std::string_view text) {
  std::string_view parts[5];
  for (int i = 4; i > 0; --i) {
    const size_t slash = text.rfind('/');
    if (slash == text.npos) return std::nullopt;
    parts[i] = text.substr(slash + 1);
    text = text.substr(0, slash);
  }
  parts[0] = text;
  return CredentialParts{parts[0], parts[1], parts[2], parts[3], parts[4]};
}

Error bad_credential(AuthStyle style, std::string_view credential) {
  if (style == AuthStyle::kS3) {
    return incomplete_signature(
        style, fmt::format("The authorization header is malformed; the Credential is mal-formed; "
                           "expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."));
  }
  return incomplete_signature(
      style, fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. "
                         "keyid/date/region/service/term, got '{}'",
                         credential));
}

// Checks the parts of the credential and moves them into `out`.
Status take_credential(std::string_view credential, AuthStyle style, Authorization& out) {
  const auto parts = split_credential(credential);
  if (!parts) return bad_credential(style, credential);
  std::string problem;
  if (parts->terminator != kTerminator) {
    problem += fmt::format("Credential should be scoped with a valid terminator: '{}', not '{}'. ",
                           kTerminator, parts->terminator);
  }
  if (std::string_view(out.amz_date).substr(0, 8) != parts->date) {
    problem += fmt::format(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        "'{}' != '{}', from '{}'.",
        parts->date, out.amz_date.substr(0, 8), out.amz_date);
  }
  if (!problem.empty()) return invalid_signature(style, std::move(problem));
  out.access_key_id = parts->access_key_id;
  out.date = parts->date;
  out.region = parts->region;
  out.service = parts->service;
  return ok_status();
}

Status take_date(std::string_view amz_date, AuthStyle style, Authorization& out) {
  auto parsed = parse_amz_date(amz_date);
  if (!parsed.ok()) {
    return incomplete_signature(
        style, fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See "
                           "http://en.wikipedia.org/wiki/ISO_8601",
                           amz_date));
  }
  out.amz_date = amz_date;
  out.signed_at = *parsed;
  return ok_status();
}

bool is_listed(std::string_view signed_headers, std::string_view name) {
  while (!signed_headers.empty()) {
    const size_t end = signed_headers.find(';');
    if (ascii_iequals(signed_headers.substr(0, end), name)) return true;
    signed_headers =
        end == signed_headers.npos ? std::string_view() : signed_headers.substr(end + 1);
  }
  return false;
}

Status require_signed_host(AuthStyle style, std::string_view signed_headers) {
  if (is_listed(signed_headers, "host") || is_listed(signed_headers, ":authority")) {
    return ok_status();
  }
  return invalid_signature(style, "'Host' must be a 'SignedHeader' in the AWS Authorization.");
}

struct HeaderFields {
  std::string_view credential, signed_headers, signature;
};

Result<HeaderFields> split_header(std::string_view header, AuthStyle style) {
  const std::string_view fields = header.substr(std::min(header.size(), kAlgorithm.size()));
  HeaderFields out;
  std::string_view rest = fields;
  while (!rest.empty()) {
    const size_t end = rest.find(',');
    const std::string_view field = trimmed(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    if (field.empty()) continue;
    const size_t equals = field.find('=');
    if (equals == field.npos) {
      return incomplete_signature(
          style,
          fmt::format("'{}' not a valid key=value pair (missing equal-sign) in Authorization "
                      "header: '{}'.",
                      field, header));
    }
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (name == "Credential") out.credential = value;
    if (name == "SignedHeaders") out.signed_headers = value;
    if (name == "Signature") out.signature = value;
  }
  std::string problem;
  const auto require = [&](std::string_view name, std::string_view value) {
    if (value.empty()) {
      problem += fmt::format("Authorization header requires '{}' parameter. ", name);
    }
  };
  require("Credential", out.credential);
  require("Signature", out.signature);
  require("SignedHeaders", out.signed_headers);
  if (!problem.empty()) {
    return incomplete_signature(style, problem + fmt::format("Authorization={}", header));
  }
  return out;
}

Result<std::optional<Authorization>> from_header(const RequestView& request,
                                                 std::string_view header, AuthStyle style) {
  if (!header.starts_with("AWS4-") && style != AuthStyle::kS3) {
    return missing_authentication(style);
  }
  if (!header.starts_with(kAlgorithm) ||
      (header.size() > kAlgorithm.size() && header[kAlgorithm.size()] != ' ')) {
    const std::string_view algorithm = header.substr(0, header.find(' '));
    if (style == AuthStyle::kS3) {
      return Error("InvalidArgument", 400, "Unsupported Authorization Type");
    }
    return incomplete_signature(
        style, fmt::format("Unsupported AWS 'algorithm': '{}' (only AWS4-HMAC-SHA256 for now). ",
                           algorithm));
  }
  MR_ASSIGN(const HeaderFields fields, split_header(header, style));
  Authorization out;
  if (const std::string_view amz_date = request.header("x-amz-date"); !amz_date.empty()) {
    MR_TRY(take_date(amz_date, style, out));
  } else if (auto date = parse_http_date(request.header("date")); date.ok()) {
    MR_TRY(take_date(format_amz_date(*date), style, out));
  } else if (style == AuthStyle::kS3) {
    return Error("AccessDenied", 403,
                 "AWS authentication requires a valid Date or x-amz-date header");
  } else {
    return incomplete_signature(
        style, fmt::format("Authorization header requires existence of either a 'X-Amz-Date' or a "
                           "'Date' header. Authorization={}",
                           header));
  }
  MR_TRY(require_signed_host(style, fields.signed_headers));
  MR_TRY(take_credential(fields.credential, style, out));
  out.signed_headers = fields.signed_headers;
  out.signature = fields.signature;
  out.session_token = request.header("x-amz-security-token");
  return std::optional(std::move(out));
}

Error bad_query(AuthStyle style, std::string message) {
  if (style == AuthStyle::kS3) {
    return Error("AuthorizationQueryParametersError", 400, std::move(message));
  }
  return incomplete_signature(style, std::move(message));
}

Result<std::optional<Authorization>> from_query(const QueryParameters& query, AuthStyle style) {
  const auto value_of = [&](std::string_view name) -> std::string {
    const std::string* value = find_parameter(query, name);
    return value == nullptr ? std::string() : *value;
  };
  Authorization out;
  out.form = Authorization::Form::kQuery;
  const std::string algorithm = value_of("X-Amz-Algorithm");
  if (algorithm != kAlgorithm) {
    return bad_query(style,
                     "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and "
                     "AWS4-ECDSA-P256-SHA256\"");
  }
  for (std::string_view name :
       {"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}) {
    if (!value_of(name).empty()) continue;
    if (style == AuthStyle::kS3) {
      return bad_query(style,
                       "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                       "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, "
                       "and X-Amz-Expires parameters.");
    }
    return bad_query(style, fmt::format("AWS query-string parameters must include '{}'. ", name));
  }
  MR_TRY(take_date(value_of("X-Amz-Date"), style, out));
  const std::string expires = value_of("X-Amz-Expires");
  constexpr int64_t kExpiresMax = 604'800;
  if (!expires.empty() || style == AuthStyle::kS3) {
    const auto [end, error] =
        std::from_chars(expires.data(), expires.data() + expires.size(), out.expires_s);
    if (error != std::errc() || end != expires.data() + expires.size()) {
      return bad_query(style, "X-Amz-Expires should be a number");
    }
    if (out.expires_s < 0) return bad_query(style, "X-Amz-Expires must be non-negative");
    if (out.expires_s > kExpiresMax) {
      return bad_query(style,
                       "X-Amz-Expires must be less than a week (in seconds); that is, the "
                       "given X-Amz-Expires must be less than 604800 seconds");
    }
  }
  out.signed_headers = value_of("X-Amz-SignedHeaders");
  MR_TRY(require_signed_host(style, out.signed_headers));
  MR_TRY(take_credential(value_of("X-Amz-Credential"), style, out));
  out.signature = value_of("X-Amz-Signature");
  out.session_token = value_of("X-Amz-Security-Token");
  return std::optional(std::move(out));
}

bool is_left_unsigned(std::string_view name) {
  for (std::string_view skipped : {"authorization", "connection", "expect", "user-agent",
                                   "x-amzn-trace-id", "transfer-encoding", "content-length"}) {
    if (ascii_iequals(name, skipped)) return true;
  }
  return false;
}

std::string signed_header_list(const Headers& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    if (!is_left_unsigned(name)) names.push_back(ascii_lower(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return fmt::format("{}", fmt::join(names, ";"));
}

void append_query(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query += name;
  query += '=';
  query += percent_encode(value);
}

}  // namespace

Result<PayloadKind> payload_kind(const RequestView& request) {
  const std::string_view declared = request.header("x-amz-content-sha256");
  if (declared == kUnsignedPayload) return PayloadKind::kUnsigned;
  if (!declared.starts_with("STREAMING-")) return PayloadKind::kHash;
  if (declared == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") {
    return PayloadKind::kStreamingUnsignedTrailer;
  }
  if (declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return PayloadKind::kStreamingSigned;
  if (declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") {
    return PayloadKind::kStreamingSignedTrailer;
  }
  return Error("InvalidArgument", 400,
               "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
               "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
               "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.");
}

std::string Authorization::scope() const { return scope_text(date, {region, service}); }

ScopeHint scope_hint(const RequestView& request) {
  std::string credential;
  if (const std::string_view header = request.header("authorization"); !header.empty()) {
    constexpr std::string_view kField = "Credential=";
    const size_t at = header.find(kField);
    if (at == header.npos) return {};
    const std::string_view rest = header.substr(at + kField.size());
    credential = trimmed(rest.substr(0, rest.find(',')));
  } else if (request.query.find("X-Amz-Credential=") != request.query.npos) {
    const QueryParameters query = parse_query_string(request.query);
    if (const std::string* value = find_parameter(query, "X-Amz-Credential")) credential = *value;
  }
  const auto parts = split_credential(credential);
  if (!parts) return {};
  return {std::string(parts->access_key_id), std::string(parts->region),
          std::string(parts->service)};
}

Result<std::optional<Authorization>> parse_authorization(const RequestView& request,
                                                         AuthStyle style) {
  const std::string_view header = request.header("authorization");
  const bool in_query = request.query.find("X-Amz-Algorithm=") != request.query.npos;
  if (!header.empty() && in_query) {
    constexpr char kBoth[] =
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    if (style == AuthStyle::kS3) {
      return Error("InvalidArgument", 400,
                   "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
                   "Signature query string parameter or the Authorization header should be "
                   "specified");
    }
    return invalid_signature(style, kBoth);
  }
  if (!header.empty()) return from_header(request, header, style);
  if (in_query) return from_query(parse_query_string(request.query), style);
  return std::optional<Authorization>();
}

Status check_signing_time(const Authorization& authorization, Instant now, AuthStyle style) {
  constexpr int64_t kMinuteMs = 60'000;
  const int64_t allowed_ms = (style == AuthStyle::kS3 ? 15 : 5) * kMinuteMs;
  const int64_t age_ms = now.ms() - authorization.signed_at.ms();
  if (authorization.form == Authorization::Form::kQuery && authorization.expires_s > 0) {
    if (age_ms > authorization.expires_s * 1000) {
      return presigned_expired(style, {authorization.signed_at, now, authorization.expires_s});
    }
    if (age_ms >= -allowed_ms) return ok_status();
  } else if (age_ms <= allowed_ms && age_ms >= -allowed_ms) {
    return ok_status();
  }
  return clock_skewed(style, {authorization.signed_at, now, allowed_ms});
}

std::string canonical_request(const RequestView& request, std::string_view signed_headers,
                              std::string_view payload_hash, std::string_view service) {
  std::string out;
  out.reserve(512);
  out += request.method;
  out += '\n';
  append_canonical_path(out, request.path, service);
  out += '\n';
  append_canonical_query(out, request.query);
  out += '\n';
  append_canonical_headers(out, request, signed_headers);
  out += '\n';
  out += signed_headers;
  out += '\n';
  out += payload_hash;
  return out;
}

Status check_coverage(const RequestView& request, const Authorization& authorization,
                      std::string_view signing_name, AuthStyle style) {
  if (authorization.service != signing_name) {
    return wrong_service(style, authorization.service, signing_name);
  }
  if (style != AuthStyle::kS3) return ok_status();
  std::string unsigned_names;
  for (const HeaderView& header : request.headers) {
    // Browsers and proxies of SDKs add the latter; the former says how the body was hashed, which
    // the signature covers by itself.
    const bool exempt = ascii_iequals(header.name, "x-amz-content-sha256") ||
                        ascii_iequals(header.name, "x-amz-user-agent");
    const bool ours = header.name.size() > 6 && ascii_iequals(header.name.substr(0, 6), "x-amz-");
    if (!ours || exempt || is_listed(authorization.signed_headers, header.name)) continue;
    if (!unsigned_names.empty()) unsigned_names += ", ";
    unsigned_names += ascii_lower(header.name);
  }
  if (unsigned_names.empty()) return ok_status();
  return headers_not_signed(unsigned_names);
}

Status verify_signature(const RequestView& request, const Authorization& authorization,
                        const Secret& secret, std::string_view payload_hash, AuthStyle style) {
  const std::string canonical =
      canonical_request(request, authorization.signed_headers, payload_hash, authorization.service);
  const std::string to_sign =
      string_to_sign(authorization.amz_date, authorization.scope(), canonical);
  std::string expected;
  append_hex(
      expected,
      hmac_with_signing_key(
          secret, {authorization.date, authorization.region, authorization.service}, to_sign));
  if (constant_time_equals(expected, authorization.signature)) return ok_status();
  return signature_mismatch(style, {.access_key_id = authorization.access_key_id,
                                    .signature = authorization.signature,
                                    .canonical_request = canonical,
                                    .string_to_sign = to_sign});
}

bool is_payload_declared(const RequestView& request, const Authorization& authorization) {
  if (authorization.service != "s3") return false;
  return authorization.form == Authorization::Form::kQuery ||
         request.has_header("x-amz-content-sha256");
}

std::string payload_hash_for(const RequestView& request, const Authorization& authorization,
                             std::string_view body_sha256_hex) {
  if (authorization.service == "s3") {
    const std::string_view declared = request.header("x-amz-content-sha256");
    if (!declared.empty()) return std::string(declared);
    if (authorization.form == Authorization::Form::kQuery) return kUnsignedPayload;
  }
  return std::string(body_sha256_hex);
}

std::string sigv4_signature(const Secret& secret, std::string_view date, const SigningScope& scope,
                            std::string_view to_sign) {
  std::string out;
  append_hex(out, hmac_with_signing_key(secret, {date, scope.region, scope.service}, to_sign));
  return out;
}

void sign_request(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
                  Instant now, std::string_view payload_hash) {
  const std::string amz_date = format_amz_date(now);
  const std::string date = amz_date.substr(0, 8);
  std::string body_hash(payload_hash);
  if (body_hash.empty()) append_hex(body_hash, sha256_digest(request.body.bytes));
  set_header(request.headers, "X-Amz-Date", amz_date);
  if (!credentials.session_token.empty()) {
    set_header(request.headers, "X-Amz-Security-Token", credentials.session_token);
  }
  if (scope.service == "s3") set_header(request.headers, "x-amz-content-sha256", body_hash);
  const std::string names = signed_header_list(request.headers);
  std::vector<HeaderView> storage;
  const std::string canonical =
      canonical_request(request.view(storage), names, body_hash, scope.service);
  const std::string scope_line = scope_text(date, scope);
  const std::string signature = sigv4_signature(credentials.secret_access_key, date, scope,
                                                string_to_sign(amz_date, scope_line, canonical));
  set_header(request.headers, "Authorization",
             fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                         credentials.access_key_id, scope_line, names, signature));
}

void presign_request(HttpRequest& request, const Credentials& credentials,
                     const SigningScope& scope, Instant now, int64_t expires_s) {
  const std::string amz_date = format_amz_date(now);
  const std::string date = amz_date.substr(0, 8);
  const std::string scope_line = scope_text(date, scope);
  const std::string names = signed_header_list(request.headers);
  append_query(request.query, "X-Amz-Algorithm", kAlgorithm);
  append_query(request.query, "X-Amz-Credential",
               fmt::format("{}/{}", credentials.access_key_id, scope_line));
  append_query(request.query, "X-Amz-Date", amz_date);
  append_query(request.query, "X-Amz-Expires", fmt::to_string(expires_s));
  append_query(request.query, "X-Amz-SignedHeaders", names);
  if (!credentials.session_token.empty()) {
    append_query(request.query, "X-Amz-Security-Token", credentials.session_token);
  }
  std::string payload_hash = kUnsignedPayload;
  if (scope.service != "s3") {
    payload_hash.clear();
    append_hex(payload_hash, sha256_digest(request.body.bytes));
  }
  std::vector<HeaderView> storage;
  const std::string canonical =
      canonical_request(request.view(storage), names, payload_hash, scope.service);
  append_query(request.query, "X-Amz-Signature",
               sigv4_signature(credentials.secret_access_key, date, scope,
                               string_to_sign(amz_date, scope_line, canonical)));
}

}  // namespace millrace::aws
