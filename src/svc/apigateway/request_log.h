// The last stage: what is remembered of a request. Metrics (AWS/ApiGateway), the meter, the access
// log.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
#pragma once

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// REQUIRES: the exchange has its API; its stage may be missing.
void record_request(const Exchange& exchange, const ApiResponse& response, const svc::Ports& ports);

}  // namespace millrace::apigateway
