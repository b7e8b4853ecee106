#include "server/router.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::server {
namespace {

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
    return equals == std::string_view::npos ? ""
                                            : percent_decode(part.substr(equals + 1), Plus::kSpace);
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

std::optional<Route> Router::route_own_paths(const net::RequestHead& head) {
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

WireView::WireView(const net::RequestHead& head, std::string_view path) {
  headers_.reserve(head.headers.size() + 2);
  for (const net::HeaderView& header : head.headers)
    headers_.push_back({header.name, header.value});
  view_ = aws::RequestView{head.method, path, head.query, headers_};
}

void WireView::add_header(std::string_view name, std::string_view value) {
  headers_.push_back({name, value});
  view_.headers = headers_;
}

Router::Router() : identifier_(aws::all_services()) {}

void Router::identify(Route& route, const net::RequestHead& head, std::string_view form) const {
  WireView wire(head, route.path);
  route.identified = identifier_.identify(wire.view(), route.signing_name, form);
}

void Router::identify_form(Route& route, const net::RequestHead& head,
                           std::string_view form) const {
  route.kind = Route::Kind::kOperation;
  identify(route, head, form);
}

Route Router::route(const net::RequestHead& head) const {
  HostName host = parse_host_name(head.host_name());
  bool names_other = host.kind == HostName::Kind::kBucket || host.kind == HostName::Kind::kApi ||
                     host.kind == HostName::Kind::kFunctionUrl;
  if (!names_other) {
    if (auto own = route_own_paths(head)) {
      if (own->region.empty()) own->region = host.region;
      return std::move(*own);
    }
  }
  Route route;
  route.path = head.path;
  route.scope = find_credential_scope(head);
  route.region = route.scope ? route.scope->region : host.region;
  if (host.kind == HostName::Kind::kApi || host.kind == HostName::Kind::kFunctionUrl) {
    bool is_api = host.kind == HostName::Kind::kApi;
    route.kind = is_api ? Route::Kind::kApi : Route::Kind::kFunctionUrl;
    route.id = host.name;
    return route;
  }
  if (route.scope) {
    route.signing_name = route.scope->service;
  } else if (host.kind == HostName::Kind::kService) {
    for (const aws::Service* service : aws::all_services()) {
      bool named = service->endpoint_prefix == host.name || service->signing_name == host.name;
      if (named) route.signing_name = service->signing_name;
    }
  } else if (host.kind != HostName::Kind::kBucket && is_dated_path(head.path)) {
    route.signing_name = "lambda";
  }
  bool is_preflight = head.method == "OPTIONS" && head.has_header("access-control-request-method");
  bool is_rpc = head.has_header("x-amz-target") || head.has_header("smithy-protocol");
  bool is_s3 =
      !is_rpc && (route.signing_name.empty() || route.signing_name == "s3") && !is_form(head);
  if (is_s3 && route.signing_name.empty() && head.query.find("Action=") != std::string_view::npos) {
    is_s3 = false;  // an unsigned query request, unless its action is nobody's
  }
  if (is_s3) {
    if (host.kind == HostName::Kind::kBucket || host.kind == HostName::Kind::kMaybeBucket) {
      route.bucket = host.name;
      route.path = "/" + host.name + std::string(head.path);
    } else {
      std::string_view rest = head.path;
      route.bucket = percent_decode(take_segment(rest));
    }
  }
  if (is_preflight) {
    route.kind = Route::Kind::kPreflight;
    return route;
  }
  if (is_form(head) && !is_rpc) {
    route.kind = Route::Kind::kForm;
    return route;
  }
  identify(route, head, "");
  return route;
}

}  // namespace millrace::server
