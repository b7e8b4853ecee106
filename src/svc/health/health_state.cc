#include "svc/health/health_state.h"

#include <fmt/format.h>

#include "codec/json.h"

namespace millrace::health {

using codec::Json;

Transition apply_check(HealthState& state, const std::string& failure, Instant now,
                       int failures_to_alarm) {
  if (state.since.us == 0) state.since = now;
  state.last_check = now;
  if (failure.empty()) {
    state.failures_in_a_row = 0;
    if (state.healthy) return Transition::kNone;
    state.healthy = true;
    state.since = now;
    return Transition::kRecovered;
  }
  ++state.failures_in_a_row;
  state.last_failure = failure;
  if (!state.healthy || state.failures_in_a_row < failures_to_alarm) return Transition::kNone;
  state.healthy = false;
  state.since = now;
  return Transition::kFailed;
}

std::string encode_state(const HealthState& state) {
  Json json;
  json.set("healthy", state.healthy)
      .set("failures", state.failures_in_a_row)
      .set("lastFailure", state.last_failure)
      .set("lastCheckUs", state.last_check.us)
      .set("sinceUs", state.since.us);
  return json.dump();
}

Result<HealthState> decode_state(std::string_view text) {
  MR_ASSIGN(Json json, Json::parse(text));
  auto integer = [&](std::string_view name) {
    const Json* member = json.find(name);
    return member != nullptr && member->is_int() ? *member->as_int() : 0;
  };
  HealthState state;
  const Json* healthy = json.find("healthy");
  state.healthy = healthy == nullptr || !healthy->is_bool() || *healthy->as_bool();
  state.failures_in_a_row = integer("failures");
  state.last_failure = json.get_string("lastFailure");
  state.last_check = Instant{integer("lastCheckUs")};
  state.since = Instant{integer("sinceUs")};
  return state;
}

std::string failure_of(std::string_view function_error, std::string_view payload,
                       bool is_path_check) {
  auto answer = Json::parse(payload);
  if (!function_error.empty()) {
    std::string_view message = answer.ok() ? answer->get_string("errorMessage") : "";
    return fmt::format("{} error: {}", function_error, message.substr(0, 200));
  }
  if (!is_path_check) return {};
  const Json* status = answer.ok() ? answer->find("statusCode") : nullptr;
  if (status == nullptr || !status->is_number()) return "the answer has no statusCode";
  double code = status->number();
  if (code >= 200 && code < 400) return {};
  return fmt::format("status {}", code);
}

std::string check_event(std::string_view path, Instant now, std::string_view request_id) {
  Json event;
  if (path.empty()) {
    event.set("source", "millrace.health")
        .set("detail-type", "Health Check")
        .set("id", request_id)
        .set("time", format_iso8601(now));
    return event.dump();
  }
  Json identity, context;
  identity.set("sourceIp", "127.0.0.1").set("userAgent", "millrace-health");
  context.set("resourcePath", path)
      .set("httpMethod", "GET")
      .set("path", path)
      .set("protocol", "HTTP/1.1")
      .set("requestId", request_id)
      .set("requestTimeEpoch", now.ms())
      .set("stage", "health")
      .set("identity", std::move(identity));
  event.set("resource", path)
      .set("path", path)
      .set("httpMethod", "GET")
      .set("headers", Json::object().set("User-Agent", "millrace-health"))
      .set("multiValueHeaders", Json::object())
      .set("queryStringParameters", Json())
      .set("multiValueQueryStringParameters", Json())
      .set("pathParameters", Json())
      .set("stageVariables", Json())
      .set("requestContext", std::move(context))
      .set("body", Json())
      .set("isBase64Encoded", false);
  return event.dump();
}

}  // namespace millrace::health
