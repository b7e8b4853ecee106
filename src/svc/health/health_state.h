// The state of one watched function as data, and what a check's outcome makes of it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace millrace::health {

struct HealthState {
  bool healthy = true;
  int64_t failures_in_a_row = 0;
  std::string last_failure;
  Instant last_check;
  Instant since;
};

enum class Transition { kNone, kFailed, kRecovered };

// `failure` is empty when the check passed.
Transition apply_check(HealthState& state, const std::string& failure, Instant now,
                       int failures_to_alarm);

std::string encode_state(const HealthState& state);
Result<HealthState> decode_state(std::string_view json);

// Why an answer means that the function is ill, or empty: a function error, or (for a path check) a
// response whose status is not 2xx or 3xx.
std::string failure_of(std::string_view function_error, std::string_view payload,
                       bool is_path_check);

// The event of a check: a REST proxy event for GET `path`, or a plain ping.
std::string check_event(std::string_view path, Instant now, std::string_view request_id);

}  // namespace millrace::health
