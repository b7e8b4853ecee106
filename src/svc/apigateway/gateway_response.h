// The answers that the gateway itself gives, as AWS words them for REST and for HTTP APIs.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
#pragma once

#include <cstdint>
#include <string>

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

enum class Failure : uint8_t {
  kForbidden,  // no such API or stage, or its endpoint is switched off
  kNoRoute,    // 403 Missing Authentication Token, 404 Not Found
  kTooLong,    // body beyond 10 MB, or an event beyond what Lambda takes
  kHeadersTooLong,
  kConfiguration,  // an integration that cannot run: 500
  kIntegration,    // a function that failed, or answered what is no answer: 502 (HTTP APIs: 500)
  kThrottledIntegration,
  kTimeout,  // 504 (HTTP APIs: 503)
};

// Also notes type and message for the access log.
ApiResponse gateway_response(Exchange& exchange, Failure failure);
// A request that is not signed, or not validly, or may not do this.
ApiResponse unauthorized_response(Exchange& exchange, const Error& error);

// Puts the gateway's own headers (request ids, trace id) onto an answer.
enum class AnsweredBy : uint8_t { kIntegration, kGateway };
void add_gateway_headers(const Exchange& exchange, AnsweredBy by, ApiResponse& response);

}  // namespace millrace::apigateway
