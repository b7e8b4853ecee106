// From what a function answered to what the client gets. None: what the function answered is no
// answer, and the client gets the gateway's own error. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// REST APIs: only the members that AWS knows; headers that the gateway keeps are renamed to
// x-amzn-Remapped-*. Bytes come out of base64 when the client accepts one of the API's binary
// types.
std::optional<ApiResponse> rest_answer(const Exchange& exchange, std::string_view payload);

// HTTP APIs, payload format 1.0: a status is required.
std::optional<ApiResponse> http_answer_v1(const Exchange& exchange, std::string_view payload);
// HTTP APIs, payload format 2.0: without a status, the whole payload is the body of a 200.
std::optional<ApiResponse> http_answer_v2(const Exchange& exchange, std::string_view payload);

}  // namespace millrace::apigateway
