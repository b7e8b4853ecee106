#include "svc/apigateway/gateway_response.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace millrace::apigateway {
namespace {

struct Wording {
  int status;
  std::string_view type;
  std::string_view message;
  std::string_view body;
};

// REST: the blank behind the colon is AWS's, and not everywhere.
Wording rest_wording(Failure failure) {
  constexpr std::string_view kServerError = "InternalServerErrorException";
  switch (failure) {
    case Failure::kForbidden:
      return {403, "ForbiddenException", "Forbidden", R"({"message":"Forbidden"})"};
    case Failure::kNoRoute:
      return {403, "MissingAuthenticationTokenException", "Missing Authentication Token",
              R"({"message":"Missing Authentication Token"})"};
    case Failure::kTooLong:
      return {413, "RequestTooLongException", "Request Too Long",
              R"({"message":"Request Too Long"})"};
    case Failure::kHeadersTooLong:
      return {431, "RequestTooLongException", "Request Header Fields Too Large",
              R"({"message":"Request Header Fields Too Large"})"};
    case Failure::kConfiguration:
    case Failure::kThrottledIntegration:
      return {500, kServerError, "Internal server error",
              R"({"message": "Internal server error"})"};
    case Failure::kIntegration:
      return {502, kServerError, "Internal server error",
              R"({"message": "Internal server error"})"};
    case Failure::kTimeout: break;
  }
  return {504, kServerError, "Endpoint request timed out",
          R"({"message": "Endpoint request timed out"})"};
}

Wording http_wording(Failure failure) {
  switch (failure) {
    case Failure::kForbidden: return {403, "", "Forbidden", R"({"message":"Forbidden"})"};
    case Failure::kNoRoute: return {404, "", "Not Found", R"({"message":"Not Found"})"};
    case Failure::kTooLong:
      return {413, "", "Request Entity Too Large", R"({"message":"Request Entity Too Large"})"};
    case Failure::kHeadersTooLong:
      return {431, "", "Request Header Fields Too Large",
              R"({"message":"Request Header Fields Too Large"})"};
    case Failure::kConfiguration:
    case Failure::kIntegration: break;
    case Failure::kThrottledIntegration:
    case Failure::kTimeout:
      return {503, "", "Service Unavailable", R"({"message":"Service Unavailable"})"};
  }
  return {500, "", "Internal Server Error", R"({"message":"Internal Server Error"})"};
}

ApiResponse answer(Exchange& exchange, const Wording& wording) {
  exchange.error_message = wording.message;
  exchange.error_type = wording.type;
  ApiResponse response{.status = wording.status, .body = std::string(wording.body)};
  response.headers.emplace_back("Content-Type", "application/json");
  if (!wording.type.empty()) response.headers.emplace_back("x-amzn-ErrorType", wording.type);
  add_gateway_headers(exchange, AnsweredBy::kGateway, response);
  return response;
}

}  // namespace

ApiResponse gateway_response(Exchange& exchange, Failure failure) {
  return answer(exchange, exchange.is_http() ? http_wording(failure) : rest_wording(failure));
}

ApiResponse unauthorized_response(Exchange& exchange, const Error& error) {
  if (exchange.is_http()) return gateway_response(exchange, Failure::kForbidden);
  // AWS writes "Message" when IAM refuses, "message" when the signature does.
  std::string body = error.code() == "AccessDeniedException" ? R"({"Message":)" : R"({"message":)";
  codec::append_json_string(body, error.message());
  body += "}";
  std::string type =
      error.code().ends_with("Exception") ? error.code() : error.code() + "Exception";
  return answer(exchange, {403, type, error.message(), body});
}

void add_gateway_headers(const Exchange& exchange, AnsweredBy by, ApiResponse& response) {
  if (exchange.is_http()) {
    response.headers.emplace_back("apigw-requestid", exchange.extended_request_id);
    return;
  }
  response.headers.emplace_back("x-amzn-RequestId", exchange.request_id);
  response.headers.emplace_back("x-amz-apigw-id", exchange.extended_request_id);
  if (by == AnsweredBy::kIntegration) {
    response.headers.emplace_back("X-Amzn-Trace-Id", exchange.trace_id);
  }
}

}  // namespace millrace::apigateway
