// What AWS writes into a function's log around the function's own lines (START, END, REPORT), the
// error payloads of invokes that the function could not answer itself, and the cutting of a
// process's output into log events. Pure; no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sandbox/function_host.h"

namespace millrace::sandbox {

struct Report {
  std::string request_id;
  int64_t duration_us = 0;
  int64_t billed_ms = 0;
  int64_t memory_mb = 0;
  int64_t max_memory_mb = 0;
  std::optional<int64_t> init_us;  // on a cold start only
  std::string_view status;         // "timeout", "error"; empty: none
  std::string_view error_type;     // with status "error"
  std::string trace_id;            // with active tracing only
};

std::string start_line(std::string_view request_id, std::string_view version);
std::string end_line(std::string_view request_id);
std::string report_line(const Report& report);
// "2026-01-31T12:34:56.789Z ID Task timed out after 3.00 seconds"
std::string timeout_line(Instant now, std::string_view request_id, int64_t timeout_ms);

// Since 2025-08-01 the init phase of on-demand functions is billed with the invoke that waited for
// it; the sum is rounded up to the next millisecond.
// https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
int64_t billed_ms(int64_t duration_us, int64_t init_us);

// {"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ... Error: Task timed out after ..."}
std::string timeout_payload(std::string_view request_id, int64_t timeout_ms);
// `reason` as in "Runtime exited with error: exit status 1".
std::string exit_payload(std::string_view request_id, std::string_view error_type,
                         std::string_view reason);
std::string too_large_payload();

// How AWS words the end of a process: from waitpid()'s status.
std::string exit_reason(int wait_status);

// Cuts standard output into one event per line and the framed telemetry stream, which our
// bootstraps and AWS's runtime clients use for console messages, into one event per frame. Bounds:
// an event is cut at kEventBytesMax.
class OutputCutter {
 public:
  static constexpr size_t kEventBytesMax = 256 * 1024;

  void text(std::string_view bytes, Instant now, std::vector<LogEvent>& out);
  // Frames: type (4 bytes, 0xa55a00xx), length (4), microseconds (8, absent in type ..01), message.
  void frames(std::string_view bytes, Instant now, std::vector<LogEvent>& out);
  // What is left of an unfinished line when the invoke is over.
  void finish(Instant now, std::vector<LogEvent>& out);

 private:
  std::string line_;
  std::string frame_;
};

// The last 4 KB of one invoke's log.
class LogTail {
 public:
  static constexpr size_t kBytesMax = 4096;
  void append(std::string_view line);
  std::string take();

 private:
  std::string text_;
};

}  // namespace millrace::sandbox
