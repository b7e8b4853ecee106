// ApiPlane: requests for deployed APIs, between the wire and svc/apigateway's ExecuteApi, which
// knows no sockets. Function URLs, which nobody can make yet, are answered as AWS answers for one
// that is not there. Thread safety: free-threaded; outlives its pending requests.
#pragma once

#include "base/clock.h"
#include "server/api_handler.h"
#include "svc/apigateway/execute.h"

namespace millrace::server {

class ApiPlane final : public DataPlane {
 public:
  // References outlive this.
  ApiPlane(apigateway::ExecuteApi& execute, const Clock& clock)
      : execute_(execute), clock_(clock) {}

  void handle(const Route& route, net::Request request, Result<Identity> identity,
              net::Responder responder) override;
  net::Response body_too_large(const Route& route) override;

 private:
  apigateway::ExecuteApi& execute_;
  const Clock& clock_;
};

}  // namespace millrace::server
