#include "svc/apigateway/address.h"

#include "base/encoding.h"

namespace millrace::apigateway {
namespace {

constexpr std::string_view kApiMarker = ".execute-api.";
constexpr size_t kIdBytesMax = 64;

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > kIdBytesMax) return false;
  for (char c : text) {
    bool valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!valid) return false;
  }
  return true;
}

// AWS's domain with a region, or one of the names for this machine.
bool is_api_domain(std::string_view domain) {
  if (domain == "localhost" || domain == "localhost.localstack.cloud") return true;
  size_t dot = domain.find('.');
  return dot != std::string_view::npos && dot > 0 &&
         (domain.substr(dot) == ".amazonaws.com" ||
          domain.substr(dot) == ".localhost.localstack.cloud");
}

// Takes "PREFIX/first/second/rest" apart.
bool take_segment(std::string_view& path, std::string_view& segment) {
  if (!path.starts_with('/')) return false;
  path.remove_prefix(1);
  size_t slash = path.find('/');
  segment = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  return !segment.empty();
}

std::optional<ApiAddress> by_path(std::string_view path, std::string_view prefix,
                                  std::string_view suffix) {
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  std::string_view id;
  std::string_view stage;
  if (!take_segment(path, id) || !take_segment(path, stage) || !is_id(id)) return std::nullopt;
  if (!suffix.empty()) {
    bool ends =
        path.starts_with(suffix) && (path.size() == suffix.size() || path[suffix.size()] == '/');
    if (!ends) return std::nullopt;
    path.remove_prefix(suffix.size());
  }
  return ApiAddress{std::string(id), percent_decode(stage),
                    path.empty() ? std::string("/") : std::string(path)};
}

}  // namespace

std::optional<ApiAddress> find_api_address(std::string_view host, std::string_view path) {
  if (auto address = by_path(path, "/restapis", "/_user_request_")) return address;
  if (auto address = by_path(path, "/_aws/execute-api", "")) return address;
  size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  std::string lowered = ascii_lower(host);
  size_t marker = lowered.find(kApiMarker);
  if (marker == std::string::npos) return std::nullopt;
  std::string_view id = std::string_view(lowered).substr(0, marker);
  std::string_view domain = std::string_view(lowered).substr(marker + kApiMarker.size());
  if (!is_id(id) || !is_api_domain(domain)) return std::nullopt;
  return ApiAddress{std::string(id), std::nullopt,
                    path.empty() ? std::string("/") : std::string(path)};
}

}  // namespace millrace::apigateway
