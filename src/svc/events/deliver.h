// From an event to the functions that a rule names.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "svc/events/rules.h"

namespace millrace::events {

struct Event {
  std::string id;
  std::string detail_type;
  std::string source;
  Instant time;
  std::vector<std::string> resources;
  codec::Json detail = codec::Json::object();
};
// {"version":"0","id":...,"detail-type":...,"source":...,"account":...,"time":...,"region":...,
//  "resources":[],"detail":{}}
codec::Json event_document(const svc::Scope& scope, const Event& event);

// Gives the event to each target's function, as events.amazonaws.com on behalf of the rule. `done`
// once, when all have been accepted or refused; a refusal (no such function, not allowed) ends the
// delivery to that target, as on AWS, and shows as the metric FailedInvocations.
void deliver(const svc::Ports& ports, const svc::Scope& scope, const Rule& rule,
             const std::vector<ev::Target>& targets, const codec::Json& event,
             std::function<void()> done);

}  // namespace millrace::events
