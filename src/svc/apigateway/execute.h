// ExecuteApi: the data plane of API Gateway, REST (v1) and HTTP (v2) APIs, as a function from
// request to response, without sockets. One per process, wired by the server.
//
//   if (auto address = apigateway::find_api_address(host, path)) execute.handle({...}, respond);
//
// A request goes through small stages, each its own file: find the API and its stage (api_cache),
// CORS, route (rest_router, http_router), authorize, integrate (lambda_integration,
// mock_integration), answer, access log and metrics. It reads the deployment of the stage, an
// immutable snapshot, compiled once and kept by API and version; its cost does not grow with the
// number of APIs or routes.
//
// Thread safety: free-threaded. Holds no thread while a function runs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "svc/ports.h"

namespace millrace::apigateway {

// In order, with the case they came in; names may repeat.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

// What the server must not read more of: a longer body is handed over as `body_too_long`, empty.
inline constexpr size_t kRequestBodyBytesMax = 10 * 1024 * 1024;

struct ApiRequest {
  // From find_api_address().
  std::string api_id;
  std::optional<std::string> stage;
  std::string path = "/";  // raw, still percent-encoded, without what addresses the API

  std::string method;
  std::string query;  // raw, without '?'
  HeaderList headers;
  std::string body;
  bool body_too_long = false;

  // As the client used them.
  std::string scheme = "https";
  std::string host;  // with its port
  std::string http_version = "HTTP/1.1";
  std::string source_ip;
  Instant received;

  // Who signed the request (SigV4 for "execute-api"); kAnonymous when nobody did. An Error when it
  // is signed, but not validly: it matters only to routes that ask for IAM authorization.
  svc::Caller caller;
  std::optional<Error> signature_error;
};

struct ApiResponse {
  int status = 200;
  HeaderList headers;  // without Content-Length, Date and Connection, which the server writes
  std::string body;
};

class ExecuteApi {
 public:
  // REQUIRES: `ports` outlives this and everything that is pending; it has store, clock, runner,
  // authorizer, functions, metrics, meter and logs.
  explicit ExecuteApi(const svc::Ports& ports);
  ~ExecuteApi();

  // Calls `done` once, on any thread, possibly before returning. An API that nobody has answers as
  // AWS does: 403 {"message":"Forbidden"}.
  void handle(ApiRequest request, std::function<void(ApiResponse)> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::apigateway
