// MOCK: the request template says the status, the integration response makes the answer. What
// deploy tools use it for: answers to CORS preflights.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
#pragma once

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// None: the template does not give a status, or no response fits: an internal server error.
std::optional<ApiResponse> mock_answer(const Exchange& exchange);

}  // namespace millrace::apigateway
