// Time as an input. Everything that asks what time it is, or waits, takes a Clock or a TaskRunner,
// so that a test (and `/_millrace/clock`) can move time: 25 hours pass in a microsecond, and TTL,
// stream retention, schedules and tokens all follow.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

// An instant in UTC: microseconds since 1970-01-01. A value type, ordered.
struct Instant {
  int64_t us = 0;

  static constexpr Instant from_seconds(int64_t s) { return Instant{s * 1'000'000}; }
  static constexpr Instant from_ms(int64_t ms) { return Instant{ms * 1'000}; }
  constexpr int64_t ms() const { return us / 1'000; }
  constexpr int64_t seconds() const { return us / 1'000'000; }
  constexpr Instant plus_ms(int64_t ms) const { return Instant{us + ms * 1'000}; }
  auto operator<=>(const Instant&) const = default;
};

// Thread safety: all methods may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time. May jump, in both directions.
  virtual Instant now() const = 0;
  // Never decreases; for durations and deadlines. Microseconds from an arbitrary origin.
  virtual int64_t monotonic_us() const = 0;
};

// The machine's own clock; one for the process.
const Clock& system_clock();

// A clock that stands still until told to move. Starts at 2026-01-01T00:00:00Z unless told
// otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = Instant::from_seconds(1'767'225'600));
  Instant now() const override;
  int64_t monotonic_us() const override;
  void advance_ms(int64_t ms);

 private:
  // Written by tests and read by any thread.
  int64_t us_;
  int64_t monotonic_us_ = 0;
};

// Runs work later or elsewhere, without the caller owning a thread. Implemented over Asio by the
// server and by a single-threaded fake in tests (base/manual_runner.h).
class TaskRunner {
 public:
  virtual ~TaskRunner() = default;
  // Runs `task` soon on a worker thread where it may block. Never runs it inside the call. Is never
  // refused: for work whose amount is bounded elsewhere, such as what a service does in the
  // background or the end of what was begun. Once the runner has stopped, the task is dropped.
  virtual void post(std::function<void()> task) = 0;
  // The same for what clients may ask for without bound: when the queue is full, or the runner has
  // stopped, returns an Error (ThrottlingException) and drops the task.
  virtual Status try_post(std::function<void()> task) = 0;
  // Runs `task` once the injected clock has moved on by `delay_ms`. The task must not block.
  virtual void after(int64_t delay_ms, std::function<void()> task) = 0;
};

// "2026-01-31T12:34:56Z", or with milliseconds "2026-01-31T12:34:56.789Z".
std::string format_iso8601(Instant t);
std::string format_iso8601_ms(Instant t);
// "Sat, 31 Jan 2026 12:34:56 GMT" (RFC 7231).
std::string format_http_date(Instant t);
// "20260131T123456Z" and "20260131", as SigV4 writes them.
std::string format_amz_date(Instant t);
// Takes ISO 8601 with an optional fraction and 'Z' or a numeric offset.
Result<Instant> parse_iso8601(std::string_view text);
Result<Instant> parse_http_date(std::string_view text);
Result<Instant> parse_amz_date(std::string_view text);

}  // namespace millrace
