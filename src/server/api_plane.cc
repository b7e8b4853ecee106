#include "server/api_plane.h"

#include <memory>
#include <optional>
#include <utility>

namespace millrace::server {
namespace {

net::Response to_net_response(apigateway::ApiResponse answer) {
  net::Response response(answer.status, std::move(answer.body));
  for (const auto& [name, value] : answer.headers)
    response.add(name, value);
  return response;
}

apigateway::ApiRequest to_api_request(const Route& route, net::Request request) {
  const net::RequestHead& head = request.head;
  apigateway::ApiRequest out;
  out.api_id = route.id;
  out.stage = route.stage;
  out.path = route.path;
  out.method = head.method;
  out.query = head.query;
  for (const net::HeaderView& header : head.headers) {
    out.headers.emplace_back(std::string(header.name), std::string(header.value));
  }
  out.body = std::move(request.body);
  out.scheme = head.is_tls ? "https" : "http";
  out.host = head.host;
  out.http_version = head.version_minor == 0 ? "HTTP/1.0" : "HTTP/1.1";
  out.source_ip = head.peer;
  return out;
}

}  // namespace

void ApiPlane::handle(const Route& route, net::Request request, Result<Identity> identity,
                      net::Responder responder) {
  if (route.kind == Route::Kind::kFunctionUrl) {
    responder.send(net::Response(403, "{\"Message\":\"Forbidden\"}", "application/json"));
    return;
  }
  apigateway::ApiRequest out = to_api_request(route, std::move(request));
  out.received = clock_.now();
  if (identity.ok()) {
    out.caller = std::move(identity->caller);
  } else {
    out.signature_error = std::move(identity).error();
  }
  execute_.handle(std::move(out), [responder](apigateway::ApiResponse answer) {
    responder.send(to_net_response(std::move(answer)));
  });
}

// Whether the API is a REST or an HTTP API decides what the answer says.
net::Response ApiPlane::body_too_large(const Route& route) {
  apigateway::ApiRequest request;
  request.api_id = route.id;
  request.stage = route.stage;
  request.path = route.path;
  request.received = clock_.now();
  request.body_too_long = true;
  auto answer = std::make_shared<std::optional<net::Response>>();
  execute_.handle(std::move(request), [answer](apigateway::ApiResponse response) {
    answer->emplace(to_net_response(std::move(response)));
  });
  // It is refused before anything that takes time.
  if (answer->has_value()) return std::move(**answer);
  return net::Response(413, R"({"message":"Request Too Long"})", "application/json");
}

}  // namespace millrace::server
