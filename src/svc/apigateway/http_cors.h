// CORS of HTTP APIs: the gateway answers preflights itself and puts its headers onto every answer,
// over those of the function.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
#pragma once

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// The answer to a preflight (OPTIONS with Origin and Access-Control-Request-Method), where the API
// has a CORS configuration. REQUIRES: the stage has an HTTP deployment.
std::optional<ApiResponse> preflight_answer(const Exchange& exchange);

void apply_cors(const Exchange& exchange, ApiResponse& response);

}  // namespace millrace::apigateway
