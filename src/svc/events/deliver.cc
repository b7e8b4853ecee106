#include "svc/events/deliver.h"

#include <atomic>
#include <memory>

#include "base/log.h"
#include "svc/events/input_transformer.h"

namespace millrace::events {

using codec::Json;

Json event_document(const svc::Scope& scope, const Event& event) {
  Json resources = Json::array();
  for (const std::string& resource : event.resources)
    resources.push(resource);
  return Json::object()
      .set("version", "0")
      .set("id", event.id)
      .set("detail-type", event.detail_type)
      .set("source", event.source)
      .set("account", scope.account)
      .set("time", format_iso8601(event.time))
      .set("region", scope.region)
      .set("resources", std::move(resources))
      .set("detail", event.detail);
}

void deliver(const svc::Ports& ports, const svc::Scope& scope, const Rule& rule,
             const std::vector<ev::Target>& targets, const Json& event,
             std::function<void()> done) {
  svc::MetricSink::Dimensions dimensions = {{"RuleName", rule.name()}};
  ports.metrics->record(scope, "AWS/Events", "TriggeredRules", dimensions, "Count", 1);
  if (targets.empty()) return done();
  auto left = std::make_shared<std::atomic<size_t>>(targets.size());
  for (const ev::Target& target : targets) {
    svc::FunctionCall call{
        .scope = scope,
        .function_arn = target.arn,
        .payload = input_for(target, {event, *rule.row.arn, rule.name(), ports.clock->now()}),
        .caller = svc::Caller::service("events.amazonaws.com", *rule.row.arn, scope.account)};
    ports.functions->invoke_async(std::move(call), [&ports, scope, dimensions, arn = target.arn,
                                                    left, done](Status accepted) {
      ports.metrics->record(scope, "AWS/Events",
                            accepted.ok() ? "Invocations" : "FailedInvocations", dimensions,
                            "Count", 1);
      if (!accepted.ok()) {
        spdlog::warn("events: {} was not invoked: {}", arn, accepted.error().to_string());
      }
      if (left->fetch_sub(1) == 1) done();
    });
  }
}

}  // namespace millrace::events
