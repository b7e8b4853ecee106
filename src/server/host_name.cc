#include "server/host_name.h"

#include <array>

#include "base/encoding.h"

namespace millrace::server {
namespace {

bool is_region(std::string_view text) {
  // "us-east-1", "ap-southeast-2", "us-gov-west-1"
  size_t dashes = 0;
  for (char c : text) {
    if (c == '-') {
      ++dashes;
    } else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
      return false;
    }
  }
  return dashes >= 2 && text.back() >= '0' && text.back() <= '9';
}

bool is_ipv4(std::string_view text) {
  size_t dots = 0;
  for (char c : text) {
    if (c == '.') {
      ++dots;
    } else if (c < '0' || c > '9') {
      return false;
    }
  }
  return dots == 3;
}

// The part in front of a domain that means "a cloud"; nothing when `host` is not below one.
std::string_view below_cloud_domain(std::string_view host) {
  static constexpr std::array<std::string_view, 5> kDomains = {
      ".amazonaws.com", ".on.aws", ".api.aws", ".localhost.localstack.cloud", ".localhost"};
  for (std::string_view domain : kDomains) {
    if (host.ends_with(domain)) return host.substr(0, host.size() - domain.size());
  }
  return {};
}

std::string region_at_end(std::string_view text) {
  std::string_view last = text.substr(text.rfind('.') + 1);
  return is_region(last) ? std::string(last) : "";
}

// "b.s3", "b.s3.eu-west-1", "b.s3-eu-west-1", "b.s3.dualstack.eu-west-1", "b.s3-website.eu-west-1",
// or the same without "b.": where "s3" starts, or npos.
size_t find_s3(std::string_view text) {
  for (size_t at = text.rfind("s3"); at != std::string_view::npos && at + 2 <= text.size();
       at = at == 0 ? std::string_view::npos : text.rfind("s3", at - 1)) {
    bool starts_label = at == 0 || text[at - 1] == '.';
    size_t end = at + 2;
    bool ends_label = end == text.size() || text[end] == '.' || text[end] == '-';
    if (starts_label && ends_label) return at;
  }
  return std::string_view::npos;
}

}  // namespace

HostName parse_host_name(std::string_view host_in_any_case) {
  std::string host = ascii_lower(host_in_any_case);
  HostName result;
  std::string_view front = below_cloud_domain(host);
  for (auto [infix, kind] :
       {std::pair{std::string_view(".execute-api"), HostName::Kind::kApi},
        std::pair{std::string_view(".lambda-url"), HostName::Kind::kFunctionUrl}}) {
    size_t at = front.find(infix);
    if (at == std::string_view::npos) continue;
    size_t end = at + infix.size();
    if (end != front.size() && front[end] != '.') continue;
    return HostName{kind, std::string(front.substr(0, at)), region_at_end(front.substr(end))};
  }
  if (front.empty()) {
    size_t dot = host.find('.');
    if (dot != std::string::npos && !is_ipv4(host) && is_ipv4(host.substr(host.find('.', 0) + 1))) {
      result.kind = HostName::Kind::kMaybeBucket;
      result.name = host.substr(0, dot);
    }
    return result;
  }
  size_t s3 = find_s3(front);
  if (s3 != std::string_view::npos) {
    std::string_view rest = front.substr(s3);
    bool old_style = rest.starts_with("s3-") && is_region(rest.substr(3));
    result.region = old_style ? std::string(rest.substr(3)) : region_at_end(rest);
    result.kind = s3 == 0 ? HostName::Kind::kService : HostName::Kind::kBucket;
    result.name = s3 == 0 ? "s3" : std::string(front.substr(0, s3 - 1));
    return result;
  }
  result.region = region_at_end(front);
  if (!result.region.empty() && front.size() > result.region.size()) {
    std::string_view service = front.substr(0, front.size() - result.region.size() - 1);
    result.kind = HostName::Kind::kService;
    result.name = service.ends_with(".ddb") ? "dynamodb" : std::string(service);
    return result;
  }
  bool local = !host.ends_with(".amazonaws.com") && !host.ends_with(".on.aws");
  result.kind = local ? HostName::Kind::kMaybeBucket : HostName::Kind::kService;
  result.name = front;
  return result;
}

}  // namespace millrace::server
