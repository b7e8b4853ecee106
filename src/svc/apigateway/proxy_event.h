// The events that functions get. Golden documents of each are in proxy_event_test.cc.
#pragma once

#include <string>

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// REST APIs, and HTTP APIs with payload format 1.0:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
std::string make_event_v1(const Exchange& exchange);

// HTTP APIs with payload format 2.0:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
std::string make_event_v2(const Exchange& exchange);

}  // namespace millrace::apigateway
