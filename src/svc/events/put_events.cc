#include <fmt/format.h>

#include <atomic>

#include "base/random.h"
#include "expr/event_pattern.h"
#include "svc/events/deliver.h"
#include "svc/events/rule_operations.h"
#include "svc/meter.h"

namespace millrace::events {
namespace {

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
constexpr size_t kRequestBytesMax = 1024 * 1024;
constexpr size_t kTimeBytes = 14;

size_t size_of(const ev::PutEventsRequestEntry& entry) {
  size_t bytes = entry.time ? kTimeBytes : 0;
  bytes += entry.source.value_or("").size() + entry.detail_type.value_or("").size() +
           entry.detail.value_or("").size();
  for (const std::string& resource : entry.resources.value_or(std::vector<std::string>())) {
    bytes += resource.size();
  }
  return bytes;
}

// What is wrong with an entry, as its own result: the others are not concerned.
struct Refusal {
  std::string code;
  std::string message;
};
std::optional<Refusal> refusal_of(const ev::PutEventsRequestEntry& entry, const svc::Scope& scope) {
  auto missing = [](std::string_view name) {
    return Refusal{
        "InvalidArgument",
        fmt::format("Parameter {0} is not valid. Reason: {0} is a required argument.", name)};
  };
  if (!entry.source || entry.source->empty()) return missing("Source");
  if (!entry.detail_type || entry.detail_type->empty()) return missing("DetailType");
  if (!entry.detail || entry.detail->empty()) return missing("Detail");
  if (entry.source->starts_with("aws.")) {
    return Refusal{"NotAuthorizedForSourceException", "Not authorized for the source."};
  }
  auto detail = codec::Json::parse(*entry.detail);
  if (!detail.ok() || !detail->is_object())
    return Refusal{"MalformedDetail", "Detail is malformed."};
  std::string bus = entry.event_bus_name.value_or("default");
  std::string arn =
      fmt::format("arn:aws:events:{}:{}:event-bus/default", scope.region, scope.account);
  if (bus != "default" && bus != arn) {
    return Refusal{"InvalidArgument", fmt::format("Event bus {} does not exist.", bus)};
  }
  return std::nullopt;
}

struct Delivered {
  codec::Json event;
  Rule rule;
  std::vector<ev::Target> targets;
};

// Rules of the bus that look at events, compiled once for the request.
struct Listener {
  Rule rule;
  expr::EventPattern pattern;
  std::vector<ev::Target> targets;
};
Result<std::vector<Listener>> listeners_of(store::Reader& reader, const svc::Scope& scope) {
  std::vector<Listener> listeners;
  MR_ASSIGN(auto rules, load_rules(reader, scope));
  for (Rule& rule : rules) {
    if (!rule.is_enabled() || !rule.row.event_pattern) continue;
    MR_ASSIGN(auto pattern, expr::EventPattern::parse(*rule.row.event_pattern));
    MR_ASSIGN(auto targets, load_targets(reader, scope, rule.name()));
    listeners.push_back({std::move(rule), std::move(pattern), std::move(targets)});
  }
  return listeners;
}

codec::Json event_of(const ev::PutEventsRequestEntry& entry, const svc::Scope& scope,
                     const std::string& id, Instant now) {
  Event event{.id = id,
              .detail_type = *entry.detail_type,
              .source = *entry.source,
              .time = entry.time.value_or(now),
              .resources = entry.resources.value_or(std::vector<std::string>())};
  auto detail = codec::Json::parse(*entry.detail);
  event.detail = std::move(*detail);
  return event_document(scope, event);
}

}  // namespace

// Answers when every matching target has accepted its event, so that an event whose success a
// client sees is in the functions' durable queue.
void put_events(const svc::Call& call, const svc::Ports& ports,
                std::shared_ptr<const ev::PutEventsRequest> in,
                std::function<void(Result<ev::PutEventsResponse>)> done) {
  if (in->endpoint_id) return done(validation_error("EndpointId is not supported by Millrace"));
  size_t bytes = 0;
  for (const auto& entry : in->entries)
    bytes += size_of(entry);
  if (bytes > kRequestBytesMax) {
    return done(validation_error("Total size of the entries in the request is over the limit."));
  }
  auto snapshot = ports.store->snapshot();
  auto listeners = listeners_of(*snapshot, call.scope);
  if (!listeners.ok()) return done(std::move(listeners).error());
  auto out = std::make_shared<ev::PutEventsResponse>();
  out->failed_entry_count = 0;
  out->entries.emplace();
  std::vector<Delivered> deliveries;
  for (const auto& entry : in->entries) {
    if (auto refusal = refusal_of(entry, call.scope)) {
      ++*out->failed_entry_count;
      out->entries->push_back({.error_code = refusal->code, .error_message = refusal->message});
      continue;
    }
    std::string id = random_uuid(thread_rng());
    codec::Json event = event_of(entry, call.scope, id, ports.clock->now());
    for (const Listener& listener : *listeners) {
      if (listener.pattern.matches(event))
        deliveries.push_back({event, listener.rule, listener.targets});
    }
    out->entries->push_back({.event_id = id});
    ports.meter->count(call.scope, svc::meters::kEventsPublished, 1);
  }
  if (deliveries.empty()) return done(std::move(*out));
  auto left = std::make_shared<std::atomic<size_t>>(deliveries.size());
  for (const Delivered& each : deliveries) {
    deliver(ports, call.scope, each.rule, each.targets, each.event, [left, out, done] {
      if (left->fetch_sub(1) == 1) done(std::move(*out));
    });
  }
}

}  // namespace millrace::events
