// A deployment of an HTTP API: what it was at one moment. Written once, never changed.
#pragma once

#include <string>
#include <vector>

#include "svc/apigateway/http_rows.h"

namespace millrace::apigateway {

struct HttpSnapshot {
  HttpApi api;
  std::vector<HttpRoute> routes;
  std::vector<HttpIntegration> integrations;
};

std::string write_http_snapshot(const HttpSnapshot& snapshot);
struct HttpDeploymentId {
  std::string_view api_id;
  std::string_view deployment_id;
};
Result<HttpSnapshot> load_http_snapshot(store::Reader& reader, const svc::Scope& scope,
                                        HttpDeploymentId id);

}  // namespace millrace::apigateway
