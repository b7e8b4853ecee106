#include "svc/apigateway/lambda_integration.h"

#include "svc/apigateway/gateway_response.h"
#include "svc/apigateway/lambda_uri.h"
#include "svc/apigateway/proxy_answer.h"
#include "svc/apigateway/proxy_event.h"

namespace millrace::apigateway {
namespace {

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: synchronous payloads.
constexpr size_t kPayloadBytesMax = 6 * 1024 * 1024;

// Region and account of "arn:aws:lambda:REGION:ACCOUNT:function:NAME", or those of the API.
svc::Scope scope_of(std::string_view function_arn, const svc::Scope& fallback) {
  std::vector<std::string_view> parts;
  while (parts.size() < 5) {
    size_t colon = function_arn.find(':');
    if (colon == std::string_view::npos) return fallback;
    parts.push_back(function_arn.substr(0, colon));
    function_arn.remove_prefix(colon + 1);
  }
  return {std::string(parts[4]), std::string(parts[3])};
}

Failure failure_of(const Error& error) {
  if (error.code() == "TooManyRequestsException" || error.code() == "ThrottlingException") {
    return Failure::kThrottledIntegration;
  }
  if (error.code() == "RequestTooLargeException" || error.http_status() == 413)
    return Failure::kTooLong;
  return Failure::kConfiguration;
}

ApiResponse response_of(Exchange& exchange, Result<svc::FunctionAnswer> answer) {
  if (!answer.ok()) {
    exchange.integration_error = answer.error().message();
    exchange.integration_status = answer.error().http_status();
    return gateway_response(exchange, failure_of(answer.error()));
  }
  exchange.integration_status = 200;
  if (answer->timed_out || !answer->function_error.empty()) {
    exchange.integration_error = "The function failed: " + answer->function_error;
    return gateway_response(exchange, Failure::kIntegration);
  }
  auto response = exchange.method != nullptr   ? rest_answer(exchange, answer->payload)
                  : exchange.route->payload_v2 ? http_answer_v2(exchange, answer->payload)
                                               : http_answer_v1(exchange, answer->payload);
  if (!response) {
    exchange.integration_error =
        "Execution failed due to configuration error: Malformed Lambda proxy response";
    return gateway_response(exchange, Failure::kIntegration);
  }
  add_gateway_headers(exchange, AnsweredBy::kIntegration, *response);
  return std::move(*response);
}

// What the two, the function and the deadline, share: who comes first answers.
struct Race {
  std::atomic<bool> decided = false;
  std::function<void(ApiResponse)> done;
};

}  // namespace

void invoke_lambda(const std::shared_ptr<Exchange>& exchange, const svc::Ports& ports,
                   DeadlineQueue& deadlines, std::function<void(ApiResponse)> done) {
  const CompiledMethod* method = exchange->method;
  const CompiledRoute* route = exchange->route;
  bool v2_payload = method == nullptr && route->payload_v2;
  svc::FunctionCall call{
      .function_arn =
          with_stage_variables(method != nullptr ? method->function_arn : route->function_arn,
                               exchange->stage->variables),
      .payload = v2_payload ? make_event_v2(*exchange) : make_event_v1(*exchange),
      .caller = svc::Caller::service("apigateway.amazonaws.com", exchange->source_arn(),
                                     exchange->api->scope.account),
      .trace_header = exchange->trace_id};
  call.scope = scope_of(call.function_arn, exchange->api->scope);
  if (call.payload.size() > kPayloadBytesMax) {
    return done(gateway_response(*exchange, Failure::kTooLong));
  }
  exchange->integration_started_us = ports.clock->monotonic_us();
  auto race = std::make_shared<Race>();
  race->done = std::move(done);
  auto ticket =
      deadlines.add(method != nullptr ? method->timeout_ms : route->timeout_ms, [exchange, race] {
        if (race->decided.exchange(true)) return;
        exchange->integration_error = "Execution failed due to a timeout error";
        race->done(gateway_response(*exchange, Failure::kTimeout));
      });
  ports.functions->invoke(std::move(call), [exchange, race, ticket, &ports,
                                            &deadlines](Result<svc::FunctionAnswer> answer) {
    if (race->decided.exchange(true)) return;
    deadlines.cancel(ticket);
    int64_t us = ports.clock->monotonic_us() - exchange->integration_started_us;
    exchange->integration_latency_ms = us / 1000;
    race->done(response_of(*exchange, std::move(answer)));
  });
}

}  // namespace millrace::apigateway
