// What the parts of a REST API may be: AWS's own rules, and refusals by name of what Millrace does
// not carry out. Everything that gets past these is carried out by the data plane.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

inline constexpr int64_t kTimeoutMsMin = 50;
inline constexpr int64_t kTimeoutMsMax = 29'000;

Status check_endpoint(const v1::EndpointConfiguration& endpoint);
// A resource policy must be a JSON document.
Status check_policy(const std::optional<std::string>& policy);
Status check_method(const v1::Method& method);
Status check_models(const std::optional<std::map<std::string, std::string>>& models);
Status check_status_code(const std::string& status_code);
Status check_integration(const v1::Integration& integration);
// Its parameters must be declared by the method response of the same status.
Status check_integration_response(const v1::Method& method,
                                  const v1::IntegrationResponse& response);

}  // namespace millrace::apigateway
