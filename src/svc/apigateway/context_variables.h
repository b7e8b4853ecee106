// $context.NAME, for mapping templates, response parameters and access logs.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// None: it has no value here. Those of the response are for the access log (request_log.h).
std::optional<std::string> context_variable(const Exchange& exchange, std::string_view name);

}  // namespace millrace::apigateway
