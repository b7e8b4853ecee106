#include "svc/apigateway/execute.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "svc/apigateway/api_cache.h"
#include "svc/apigateway/authorize.h"
#include "svc/apigateway/exchange.h"
#include "svc/apigateway/gateway_response.h"
#include "svc/apigateway/http_cors.h"
#include "svc/apigateway/lambda_integration.h"
#include "svc/apigateway/mock_integration.h"
#include "svc/apigateway/request_log.h"

namespace millrace::apigateway {
namespace {

// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: request line and
// headers.
constexpr size_t kHeaderBytesMax = 10'240;

using ExchangePtr = std::shared_ptr<Exchange>;

size_t header_bytes(const ApiRequest& request) {
  size_t bytes = request.method.size() + request.path.size() + request.query.size();
  for (const auto& [name, value] : request.headers)
    bytes += name.size() + value.size();
  return bytes;
}

// The client's own Root goes on, as on AWS; else a new one.
std::string trace_id_of(const Exchange& exchange) {
  const std::string* given = exchange.header("X-Amzn-Trace-Id");
  if (given != nullptr && given->find("Root=1-") != std::string::npos && given->size() < 256) {
    return *given;
  }
  Rng& rng = thread_rng();
  return fmt::format("Root=1-{:08x}-{:08x}{:016x}",
                     static_cast<uint32_t>(exchange.request.received.seconds()),
                     static_cast<uint32_t>(rng.next()), rng.next());
}

void make_ids(Exchange& exchange) {
  Rng& rng = thread_rng();
  exchange.request_id = random_uuid(rng);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  exchange.extended_request_id = random_text(rng, 15, kAlphabet) + "=";
  exchange.trace_id = trace_id_of(exchange);
}

// Takes the stage off the path of a request to the API's own host.
std::string_view take_stage(std::string& path) {
  size_t slash = path.find('/', 1);
  return std::string_view(path).substr(1, slash == std::string::npos ? slash : slash - 1);
}

void drop_first_segment(std::string& path) {
  size_t slash = path.find('/', 1);
  path = slash == std::string::npos ? "/" : path.substr(slash);
}

// False: there is no such stage.
bool find_stage(Exchange& exchange) {
  const auto& stages = exchange.api->stages;
  exchange.path =
      exchange.request.path.starts_with('/') ? exchange.request.path : "/" + exchange.request.path;
  if (exchange.request.stage) {
    auto it = stages.find(*exchange.request.stage);
    if (it == stages.end()) return false;
    exchange.stage = &it->second;
    return true;
  }
  auto it = stages.find(percent_decode(take_stage(exchange.path)));
  if (it != stages.end() && it->first != "$default") {
    exchange.stage = &it->second;
    drop_first_segment(exchange.path);
    return true;
  }
  auto fallback = stages.find("$default");
  if (!exchange.is_http() || fallback == stages.end()) return false;
  exchange.stage = &fallback->second;
  return true;
}

bool route_rest(Exchange& exchange) {
  const CompiledRestDeployment& deployment = *exchange.stage->rest;
  // A slash at the end makes no difference to a REST API.
  std::string_view path = exchange.path;
  while (path.size() > 1 && path.ends_with('/'))
    path.remove_suffix(1);
  auto match = deployment.routes.find({exchange.request.method, path});
  if (!match) return false;
  exchange.method = &deployment.methods[match->target];
  exchange.path_parameters = std::move(match->parameters);
  return true;
}

bool route_http(Exchange& exchange) {
  const CompiledHttpDeployment& deployment = *exchange.stage->http;
  auto match = deployment.table.find({exchange.request.method, exchange.path});
  if (match) {
    exchange.route = &deployment.routes[match->target];
    exchange.path_parameters = std::move(match->parameters);
    return true;
  }
  if (!deployment.default_route) return false;
  exchange.route = &deployment.routes[*deployment.default_route];
  return true;
}

}  // namespace

class ExecuteApi::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(const svc::Ports& ports)
      : ports_(ports),
        cache_(*ports.store),
        deadlines_(std::make_shared<DeadlineQueue>(*ports.clock, *ports.runner)) {}

  void handle(ApiRequest request, std::function<void(ApiResponse)> done) {
    auto exchange = std::make_shared<Exchange>();
    exchange->request = std::move(request);
    exchange->done = std::move(done);
    exchange->started_us = ports_.clock->monotonic_us();
    make_ids(*exchange);
    auto api = cache_.find(exchange->request.api_id);
    if (!api.ok()) {
      log_error(api.error());
      return finish(exchange, gateway_response(*exchange, Failure::kConfiguration));
    }
    exchange->api = std::move(*api);
    if (exchange->api == nullptr || !find_stage(*exchange)) {
      Failure failure = exchange->is_http() ? Failure::kNoRoute : Failure::kForbidden;
      return finish(exchange, gateway_response(*exchange, failure));
    }
    if (exchange->stage->traced) exchange->trace_id += ";Sampled=1";
    if (exchange->request.body_too_long || exchange->request.body.size() > kRequestBodyBytesMax) {
      return finish(exchange, gateway_response(*exchange, Failure::kTooLong));
    }
    if (header_bytes(exchange->request) > kHeaderBytesMax) {
      return finish(exchange, gateway_response(*exchange, Failure::kHeadersTooLong));
    }
    if (exchange->is_http())
      run_http(exchange);
    else
      run_rest(exchange);
  }

 private:
  void run_rest(const ExchangePtr& exchange) {
    if (exchange->stage->rest->endpoint_disabled) {
      return finish(exchange, gateway_response(*exchange, Failure::kForbidden));
    }
    if (!route_rest(*exchange)) {
      return finish(exchange, gateway_response(*exchange, Failure::kNoRoute));
    }
    Status allowed = authorize(*exchange, ports_);
    if (!allowed.ok()) return finish(exchange, unauthorized_response(*exchange, allowed.error()));
    if (exchange->method->mock) return run_mock(exchange);
    if (exchange->method->function_arn.empty() || !exchange->method->invokes_by_post) {
      return finish(exchange, gateway_response(*exchange, Failure::kConfiguration));
    }
    run_lambda(exchange);
  }

  void run_http(const ExchangePtr& exchange) {
    if (exchange->stage->http == nullptr) {
      return finish(exchange, gateway_response(*exchange, Failure::kNoRoute));
    }
    if (exchange->stage->http->endpoint_disabled) {
      return finish(exchange, gateway_response(*exchange, Failure::kNoRoute));
    }
    if (auto preflight = preflight_answer(*exchange)) {
      add_gateway_headers(*exchange, AnsweredBy::kGateway, *preflight);
      return finish(exchange, std::move(*preflight));
    }
    if (!route_http(*exchange)) {
      return finish_http(exchange, gateway_response(*exchange, Failure::kNoRoute));
    }
    Status allowed = authorize(*exchange, ports_);
    if (!allowed.ok()) {
      return finish_http(exchange, unauthorized_response(*exchange, allowed.error()));
    }
    if (!exchange->route->has_target || exchange->route->function_arn.empty()) {
      return finish_http(exchange, gateway_response(*exchange, Failure::kConfiguration));
    }
    run_lambda(exchange);
  }

  void run_mock(const ExchangePtr& exchange) {
    auto response = mock_answer(*exchange);
    if (!response) {
      exchange->integration_error = "Execution failed due to configuration error";
      return finish(exchange, gateway_response(*exchange, Failure::kConfiguration));
    }
    add_gateway_headers(*exchange, AnsweredBy::kIntegration, *response);
    finish(exchange, std::move(*response));
  }

  void run_lambda(const ExchangePtr& exchange) {
    invoke_lambda(exchange, ports_, *deadlines_,
                  [self = shared_from_this(), exchange](ApiResponse response) {
                    if (exchange->is_http())
                      self->finish_http(exchange, std::move(response));
                    else
                      self->finish(exchange, std::move(response));
                  });
  }

  void finish_http(const ExchangePtr& exchange, ApiResponse response) {
    apply_cors(*exchange, response);
    finish(exchange, std::move(response));
  }

  void finish(const ExchangePtr& exchange, ApiResponse response) {
    if (exchange->answered.exchange(true)) return;
    if (exchange->api != nullptr) record_request(*exchange, response, ports_);
    exchange->done(std::move(response));
  }

  static void log_error(const Error& error) {
    spdlog::error("execute-api: an API could not be read: {}", error.to_string());
  }

  const svc::Ports& ports_;
  ApiCache cache_;
  std::shared_ptr<DeadlineQueue> deadlines_;
};

ExecuteApi::ExecuteApi(const svc::Ports& ports) : impl_(std::make_shared<Impl>(ports)) {}
ExecuteApi::~ExecuteApi() = default;

void ExecuteApi::handle(ApiRequest request, std::function<void(ApiResponse)> done) {
  impl_->handle(std::move(request), std::move(done));
}

}  // namespace millrace::apigateway
