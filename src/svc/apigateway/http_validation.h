// What the parts of an HTTP API may be: AWS's own rules, and refusals by name of what Millrace does
// not carry out.
#pragma once

#include <string_view>

#include "svc/apigateway/http_rows.h"

namespace millrace::apigateway {

inline constexpr int64_t kHttpTimeoutMsMin = 50;
inline constexpr int64_t kHttpTimeoutMsMax = 30'000;

Status check_cors(const std::optional<v2::Cors>& cors);
Status check_http_integration(const HttpIntegration& integration);
// The route's key, authorization and target; `routes` are those that the API has.
Status check_route(const HttpRoute& route, const std::vector<HttpRoute>& routes,
                   const std::vector<HttpIntegration>& integrations);
Status check_http_stage(const HttpStage& stage);

}  // namespace millrace::apigateway
