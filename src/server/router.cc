#include "server/router.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::server {
namespace {

using aws::Protocol;
using aws::Service;

bool speaks(const Service& service, Protocol protocol) {
  return std::ranges::find(service.protocols, protocol) != service.protocols.end();
}

bool is_rest(const Service& service) {
  return speaks(service, Protocol::kRestJson) || speaks(service, Protocol::kRestXml);
}

bool is_form(const net::RequestHead& head) {
  return head.method == "POST" &&
         ascii_lower(head.header("content-type")).starts_with("application/x-www-form-urlencoded");
}

// First value of `key` in "a=b&c=d", decoded.
std::string form_value(std::string_view form, std::string_view key) {
  while (!form.empty()) {
    std::string_view part = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(form.size(), part.size() + 1));
    size_t equals = part.find('=');
    if (part.substr(0, equals) != key) continue;
    return equals == std::string_view::npos ? "" : percent_decode(part.substr(equals + 1), Plus::kSpace);
  }
  return "";
}

// "/a/b/c" -> "a", leaving "/b/c".
std::string_view take_segment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

std::optional<CredentialScope> parse_scope(std::string_view text) {
  // The access key id may itself hold a slash: the scope is the last four parts.
  std::vector<std::string_view> parts;
  for (std::string_view rest = text; parts.size() < 4;) {
    size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    parts.push_back(rest.substr(slash + 1));
    rest = rest.substr(0, slash);
    if (parts.size() == 4) parts.push_back(rest);
  }
  if (parts[0] != "aws4_request" || parts[4].empty()) return std::nullopt;
  return CredentialScope{std::string(parts[4]), std::string(parts[3]), std::string(parts[2]),
                         std::string(parts[1])};
}

bool is_dated_path(std::string_view path) {  // "/2015-03-31/functions": Lambda's
  return path.size() > 12 && path[1] == '2' && path[5] == '-' && path[8] == '-' && path[11] == '/';
}

}  // namespace

std::optional<CredentialScope> find_credential_scope(const net::RequestHead& head) {
  std::string_view authorization = head.header("authorization");
  constexpr std::string_view kField = "Credential=";
  if (authorization.starts_with("AWS4-")) {
    size_t at = authorization.find(kField);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view rest = authorization.substr(at + kField.size());
    return parse_scope(rest.substr(0, rest.find_first_of(", ")));
  }
  std::string credential = form_value(head.query, "X-Amz-Credential");
  if (credential.empty()) return std::nullopt;
  return parse_scope(credential);
}

Router::Router() {
  for (const Service* service : aws::all_services()) {
    by_signing_name_[service->signing_name].push_back(service);
    if (is_rest(*service)) rest_.emplace(service, *service);
    if (service->id == "s3") s3_ = service;
  }
}

void Router::set_operation(Route& route, const Service& service, std::string_view name) {
  route.service = &service;
  route.name = name;
  const aws::OperationName* found = service.find_operation(name);
  if (found == nullptr) {
    route.kind = Route::Kind::kUnknown;
    route.unknown = name;
    return;
  }
  route.kind = Route::Kind::kOperation;
  route.operation = found->operation;
}

std::optional<Route> Router::route_own_paths(const net::RequestHead& head) const {
  Route route;
  std::string_view path = head.path;
  if (path.starts_with("/_millrace/") || path == "/_millrace" || path == "/_localstack/health" ||
      path == "/_aws/ses") {
    route.kind = Route::Kind::kAdmin;
    route.path = path;
    return route;
  }
  // /restapis/ID/STAGE/_user_request_/... and /_aws/execute-api/ID/STAGE/...
  std::string_view rest = path;
  bool by_restapis = take_segment(rest) == "restapis";
  if (!by_restapis) {
    rest = path;
    if (take_segment(rest) != "_aws" || take_segment(rest) != "execute-api") return std::nullopt;
  }
  route.id = percent_decode(take_segment(rest));
  route.stage = percent_decode(take_segment(rest));
  if (by_restapis && take_segment(rest) != "_user_request_") return std::nullopt;
  route.kind = Route::Kind::kApi;
  route.path = rest.empty() ? "/" : rest;
  return route;
}

Router::Candidates Router::candidates(const net::RequestHead& head, const HostName& host,
                                      const std::optional<CredentialScope>& scope) const {
  if (scope) {
    auto found = by_signing_name_.find(scope->service);
    return found == by_signing_name_.end() ? Candidates{} : found->second;
  }
  Candidates services;
  if (host.kind == HostName::Kind::kService) {
    for (const Service* service : aws::all_services()) {
      if (service->endpoint_prefix == host.name || service->signing_name == host.name) {
        services.push_back(service);
      }
    }
    if (!services.empty()) return services;
  }
  if (is_form(head) || !form_value(head.query, "Action").empty()) {
    for (const Service* service : aws::all_services()) {
      if (speaks(*service, Protocol::kQuery)) services.push_back(service);
    }
  } else if (is_dated_path(head.path)) {
    services.push_back(aws::find_service("lambda"));
  }
  return services;
}

void Router::route_target(Route& route, std::string_view target) const {
  route.protocol = Protocol::kJson;
  size_t dot = target.rfind('.');
  std::string_view prefix = target.substr(0, dot);
  std::string_view name = dot == std::string_view::npos ? "" : target.substr(dot + 1);
  for (const Service* service : aws::all_services()) {
    if (service->target_prefix.empty() || service->target_prefix != prefix) continue;
    set_operation(route, *service, name);
    return;
  }
  route.unknown = target;
}

// "/service/GraniteServiceVersion20100801/operation/PutMetricData"
void Router::route_cbor(Route& route, const net::RequestHead& head,
                        const Candidates& services) const {
  route.protocol = Protocol::kRpcV2Cbor;
  std::string_view rest = head.path;
  take_segment(rest);
  std::string_view service_name = take_segment(rest);
  take_segment(rest);
  std::string_view name = take_segment(rest);
  route.unknown = std::string(service_name) + "." + std::string(name);
  for (const Service* service : services.empty() ? Candidates(aws::all_services().begin(),
                                                              aws::all_services().end())
                                                 : services) {
    bool named = !services.empty() || service->target_prefix == service_name;
    if (!named || !speaks(*service, Protocol::kRpcV2Cbor)) continue;
    set_operation(route, *service, name);
    return;
  }
}

bool Router::route_rest(Route& route, const net::RequestHead& head,
                        const Candidates& services) const {
  auto has_header = [&](std::string_view name) { return head.has_header(name); };
  for (const Service* service : services) {
    auto rest = rest_.find(service);
    if (rest == rest_.end() || service == s3_) continue;
    route.service = service;
    route.protocol = speaks(*service, Protocol::kRestJson) ? Protocol::kRestJson : Protocol::kRestXml;
    RestMatch match = rest->second.find(head.method, head.path, head.query, has_header);
    if (match.name == nullptr) continue;
    route.kind = Route::Kind::kOperation;
    route.operation = match.name->operation;
    route.name = match.name->name;
    route.labels = std::move(match.labels);
    return true;
  }
  return false;
}

void Router::route_s3(Route& route, const net::RequestHead& head, const HostName& host) const {
  route.service = s3_;
  route.protocol = Protocol::kRestXml;
  std::string path(head.path);
  if (host.kind == HostName::Kind::kBucket || host.kind == HostName::Kind::kMaybeBucket) {
    route.bucket = host.name;
    path = "/" + host.name + path;
  } else {
    std::string_view rest = path;
    route.bucket = percent_decode(take_segment(rest));
  }
  route.path = path;
  if (head.method == "OPTIONS") {
    route.kind = Route::Kind::kPreflight;
    return;
  }
  auto has_header = [&](std::string_view name) { return head.has_header(name); };
  RestMatch match = rest_.at(s3_).find(head.method, path, head.query, has_header);
  if (match.name == nullptr) {
    route.unknown = std::string(head.method) + " " + std::string(head.target);
    return;
  }
  route.kind = Route::Kind::kOperation;
  route.operation = match.name->operation;
  route.name = match.name->name;
  route.labels = std::move(match.labels);
}

Route Router::route(const net::RequestHead& head) const {
  HostName host = parse_host_name(head.host_name());
  if (host.kind == HostName::Kind::kApi || host.kind == HostName::Kind::kFunctionUrl) {
    Route route;
    bool is_api = host.kind == HostName::Kind::kApi;
    route.kind = is_api ? Route::Kind::kApi : Route::Kind::kFunctionUrl;
    route.id = host.name;
    route.region = host.region;
    route.path = head.path;
    return route;
  }
  if (host.kind != HostName::Kind::kBucket) {
    if (auto own = route_own_paths(head)) return std::move(*own);
  }
  Route route;
  auto scope = find_credential_scope(head);
  route.region = scope ? scope->region : host.region;
  std::string_view target = head.header("x-amz-target");
  if (!target.empty()) {
    route_target(route, target);
    return route;
  }
  Candidates services = candidates(head, host, scope);
  bool is_s3 = services.empty() ? !scope : services.front() == s3_;
  if (host.kind == HostName::Kind::kBucket && !scope) is_s3 = true;
  if (head.method == "OPTIONS" && head.has_header("access-control-request-method") && !is_s3) {
    route.kind = Route::Kind::kPreflight;
    return route;
  }
  if (ascii_iequals(head.header("smithy-protocol"), "rpc-v2-cbor")) {
    route_cbor(route, head, services);
  } else if (is_s3) {
    route_s3(route, head, host);
  } else if (services.empty()) {
    route.protocol = is_form(head) ? Protocol::kQuery : Protocol::kRestJson;
    route.unknown = "service " + scope->service;
  } else if (!route_rest(route, head, services)) {
    route.unknown = std::string(head.method) + " " + std::string(head.path);
    if (head.path == "/" && (is_form(head) || head.method == "GET")) {
      route.kind = Route::Kind::kForm;
      route.protocol = Protocol::kQuery;
      route.service = nullptr;
      for (const Service* service : services) {
        if (scope && speaks(*service, Protocol::kQuery)) route.service = service;
      }
    }
  }
  return route;
}

void Router::resolve_form(Route& route, std::string_view form) const {
  std::string action = form_value(form, "Action");
  std::string version = form_value(form, "Version");
  const Service* service = route.service;
  if (service == nullptr) {
    for (const Service* candidate : aws::all_services()) {
      if (!speaks(*candidate, Protocol::kQuery) || candidate->api_version != version) continue;
      if (candidate->find_operation(action) != nullptr) service = candidate;
    }
  }
  route.unknown = action;
  route.kind = Route::Kind::kUnknown;
  if (service != nullptr) set_operation(route, *service, action);
}

}  // namespace millrace::server
