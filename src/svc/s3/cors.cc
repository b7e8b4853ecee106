#include "svc/s3/cors.h"

#include <algorithm>

#include "base/encoding.h"
#include "svc/s3/bucket_config.h"

namespace millrace::s3 {
namespace {

using aws::s3::CORSConfiguration;
using aws::s3::CORSRule;

// At most one '*', which stands for anything.
bool matches(std::string_view pattern, std::string_view text) {
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  std::string_view before = pattern.substr(0, star), behind = pattern.substr(star + 1);
  return text.size() >= before.size() + behind.size() && text.starts_with(before) &&
         text.ends_with(behind);
}

std::vector<std::string> split_headers(std::string_view list) {
  std::vector<std::string> headers;
  while (!list.empty()) {
    size_t comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    while (one.starts_with(' '))
      one.remove_prefix(1);
    while (one.ends_with(' '))
      one.remove_suffix(1);
    if (!one.empty()) headers.push_back(ascii_lower(one));
  }
  return headers;
}

bool allows_header(const CORSRule& rule, const std::string& header) {
  if (!rule.allowed_headers) return false;
  return std::ranges::any_of(*rule.allowed_headers, [&](const std::string& pattern) {
    return matches(ascii_lower(pattern), header);
  });
}

std::string join(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += ", ";
    all += text;
  }
  return all;
}

std::optional<CorsAnswer> answer_by(const CORSRule& rule, const CorsRequest& request) {
  auto origin = std::ranges::find_if(rule.allowed_origins, [&](const std::string& pattern) {
    return matches(pattern, request.origin);
  });
  if (origin == rule.allowed_origins.end()) return std::nullopt;
  if (std::ranges::find(rule.allowed_methods, request.method) == rule.allowed_methods.end()) {
    return std::nullopt;
  }
  std::vector<std::string> headers = split_headers(request.headers);
  for (const std::string& header : headers) {
    if (!allows_header(rule, header)) return std::nullopt;
  }
  bool is_any = *origin == "*";
  CorsAnswer answer{.allow_origin = is_any ? "*" : std::string(request.origin),
                    .allow_methods = join(rule.allowed_methods),
                    .allow_headers = join(headers),
                    .max_age_s = rule.max_age_seconds,
                    .allow_credentials = !is_any};
  if (rule.expose_headers) answer.expose_headers = join(*rule.expose_headers);
  return answer;
}

}  // namespace

Result<std::optional<CorsAnswer>> evaluate_cors(store::Reader& reader, std::string_view bucket_name,
                                                const CorsRequest& request) {
  MR_ASSIGN(std::optional<Bucket> bucket, find_bucket(reader, bucket_name));
  if (!bucket) return std::optional<CorsAnswer>();
  MR_ASSIGN(auto config, get_config<CORSConfiguration>(reader, *bucket, configs::kCors,
                                                       config_shape<aws::s3::PutBucketCors>()));
  if (!config) return std::optional<CorsAnswer>();
  for (const CORSRule& rule : config->cors_rules) {
    if (auto answer = answer_by(rule, request)) return answer;
  }
  return std::optional<CorsAnswer>();
}

}  // namespace millrace::s3
