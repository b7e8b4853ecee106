#include "svc/apigateway/request_log.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "svc/apigateway/context_variables.h"
#include "svc/meter.h"

namespace millrace::apigateway {
namespace {

// HTTP APIs are metered in steps of 512 KB of body.
constexpr size_t kMeterStepBytes = 512 * 1024;

struct Measures {
  const Exchange& exchange;
  const ApiResponse& response;
  int64_t latency_ms;
};

void record(const Measures& m, const svc::Ports& ports,
            const svc::MetricSink::Dimensions& dimensions) {
  const svc::Scope& scope = m.exchange.api->scope;
  bool http = m.exchange.is_http();
  auto put = [&](std::string_view name, std::string_view unit, double value) {
    ports.metrics->record(scope, "AWS/ApiGateway", name, dimensions, unit, value);
  };
  int hundreds = m.response.status / 100;
  put("Count", "Count", 1);
  put(http ? "4xx" : "4XXError", "Count", hundreds == 4 ? 1 : 0);
  put(http ? "5xx" : "5XXError", "Count", hundreds == 5 ? 1 : 0);
  put("Latency", "Milliseconds", static_cast<double>(m.latency_ms));
  if (m.exchange.integration_latency_ms) {
    put("IntegrationLatency", "Milliseconds",
        static_cast<double>(*m.exchange.integration_latency_ms));
  }
  if (http) {
    put("DataProcessed", "Bytes",
        static_cast<double>(m.exchange.request.body.size() + m.response.body.size()));
  }
}

void record_metrics(const Measures& m, const svc::Ports& ports) {
  const Exchange& exchange = m.exchange;
  if (exchange.stage == nullptr) return;
  const std::string& stage = exchange.stage->name;
  if (exchange.is_http()) {
    record(m, ports, {{"ApiId", exchange.api->id}});
    record(m, ports, {{"ApiId", exchange.api->id}, {"Stage", stage}});
    if (exchange.stage->detailed_metrics && exchange.route != nullptr) {
      std::string resource =
          exchange.route->path.empty() ? exchange.route->key : exchange.route->path;
      record(m, ports,
             {{"ApiId", exchange.api->id},
              {"Stage", stage},
              {"Method", exchange.request.method},
              {"Resource", resource}});
    }
    return;
  }
  const std::string& name = exchange.stage->rest->api_name;
  record(m, ports, {{"ApiName", name}});
  record(m, ports, {{"ApiName", name}, {"Stage", stage}});
  if (exchange.stage->detailed_metrics && exchange.method != nullptr) {
    record(m, ports,
           {{"ApiName", name},
            {"Method", exchange.request.method},
            {"Resource", exchange.method->resource_path},
            {"Stage", stage}});
  }
}

void count(const Measures& m, const svc::Ports& ports) {
  const svc::Scope& scope = m.exchange.api->scope;
  if (!m.exchange.is_http()) {
    ports.meter->count(scope, svc::meters::kRestApiRequests, 1);
    return;
  }
  size_t bytes = std::max(m.exchange.request.body.size(), m.response.body.size());
  size_t steps = std::max<size_t>(1, (bytes + kMeterStepBytes - 1) / kMeterStepBytes);
  ports.meter->count(scope, svc::meters::kHttpApiRequests, static_cast<double>(steps));
}

std::optional<std::string> log_variable(const Measures& m, std::string_view name) {
  const Exchange& exchange = m.exchange;
  if (name == "status") return std::to_string(m.response.status);
  if (name == "responseLength") return std::to_string(m.response.body.size());
  if (name == "dataProcessed") {
    return std::to_string(exchange.request.body.size() + m.response.body.size());
  }
  if (name == "responseLatency") return std::to_string(m.latency_ms);
  if (name == "integrationLatency" || name == "integration.latency") {
    if (!exchange.integration_latency_ms) return std::nullopt;
    return std::to_string(*exchange.integration_latency_ms);
  }
  if (name == "integrationStatus" || name == "integration.integrationStatus" ||
      name == "integration.status") {
    if (!exchange.integration_status) return std::nullopt;
    return std::to_string(*exchange.integration_status);
  }
  return context_variable(exchange, name);
}

void write_access_log(const Measures& m, const svc::Ports& ports) {
  const CompiledStage* stage = m.exchange.stage;
  if (stage == nullptr || stage->log_group.empty() || !stage->log_format) return;
  if (ports.logs == nullptr) return;
  // One stream for a stage, named as AWS names them: 32 hexadecimal digits.
  std::string stream = hex_encode(md5(m.exchange.api->id + "/" + stage->name));
  std::string line =
      stage->log_format->render([&m](std::string_view name) { return log_variable(m, name); });
  ports.logs->append(m.exchange.api->scope, stage->log_group, stream,
                     {{m.exchange.request.received, std::move(line)}});
}

}  // namespace

void record_request(const Exchange& exchange, const ApiResponse& response,
                    const svc::Ports& ports) {
  int64_t latency_ms = (ports.clock->monotonic_us() - exchange.started_us) / 1000;
  Measures measures{exchange, response, latency_ms};
  count(measures, ports);
  record_metrics(measures, ports);
  write_access_log(measures, ports);
}

}  // namespace millrace::apigateway
