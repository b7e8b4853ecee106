#include "sandbox/invoke_log.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>

namespace millrace::sandbox {
namespace {

constexpr size_t kFrameHeadBytes = 8;
constexpr size_t kFrameTimeBytes = 8;
constexpr size_t kFrameBytesMax = 2 * 1024 * 1024;

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes)
    value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string seconds(int64_t ms) { return fmt::format("{}.{:02}", ms / 1000, ms % 1000 / 10); }
// "12.34 ms" from microseconds, as AWS prints durations.
std::string milliseconds(int64_t us) {
  return fmt::format("{:.2f} ms", static_cast<double>(us) / 1e3);
}

std::string_view signal_name(int signal) {
  switch (signal) {
    case SIGKILL: return "killed";
    case SIGSEGV: return "segmentation fault";
    case SIGABRT: return "aborted";
    case SIGTERM: return "terminated";
    case SIGILL: return "illegal instruction";
    case SIGBUS: return "bus error";
    case SIGFPE: return "floating point exception";
    case SIGTRAP: return "trace/breakpoint trap";
    case SIGSYS: return "bad system call";
    case SIGINT: return "interrupt";
    case SIGHUP: return "hangup";
    case SIGPIPE: return "broken pipe";
    default: return "";
  }
}

}  // namespace

std::string start_line(std::string_view request_id, std::string_view version) {
  return fmt::format("START RequestId: {} Version: {}", request_id, version);
}

std::string end_line(std::string_view request_id) {
  return fmt::format("END RequestId: {}", request_id);
}

std::string report_line(const Report& report) {
  std::string line = fmt::format(
      "REPORT RequestId: {}\tDuration: {}\tBilled Duration: {} ms\tMemory Size: {} MB\t"
      "Max Memory Used: {} MB\t",
      report.request_id, milliseconds(report.duration_us), report.billed_ms, report.memory_mb,
      report.max_memory_mb);
  if (report.init_us) line += fmt::format("Init Duration: {}\t", milliseconds(*report.init_us));
  if (!report.status.empty()) line += fmt::format("Status: {}\t", report.status);
  if (!report.error_type.empty()) line += fmt::format("Error Type: {}\t", report.error_type);
  if (!report.trace_id.empty()) line += fmt::format("\nXRAY TraceId: {}\t", report.trace_id);
  return line;
}

std::string timeout_line(Instant now, std::string_view request_id, int64_t timeout_ms) {
  return fmt::format("{} {} Task timed out after {} seconds", format_iso8601_ms(now), request_id,
                     seconds(timeout_ms));
}

int64_t billed_ms(int64_t duration_us, int64_t init_us) {
  return std::max<int64_t>(1, (duration_us + init_us + 999) / 1000);
}

std::string timeout_payload(std::string_view request_id, int64_t timeout_ms) {
  return fmt::format(
      "{{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: {} Error: Task timed out "
      "after {} seconds\"}}",
      request_id, seconds(timeout_ms));
}

std::string exit_payload(std::string_view request_id, std::string_view error_type,
                         std::string_view reason) {
  return fmt::format("{{\"errorType\":\"{}\",\"errorMessage\":\"RequestId: {} Error: {}\"}}",
                     error_type, request_id, reason);
}

std::string too_large_payload() {
  return "{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload "
         "size "
         "exceeded maximum allowed payload size (6291556 bytes).\"}";
}

std::string exit_reason(int wait_status) {
  if (WIFEXITED(wait_status)) {
    int code = WEXITSTATUS(wait_status);
    if (code == 0) return "Runtime exited without providing a reason";
    return fmt::format("Runtime exited with error: exit status {}", code);
  }
  int signal = WTERMSIG(wait_status);
  std::string_view name = signal_name(signal);
  if (name.empty()) return fmt::format("Runtime exited with error: signal {}", signal);
  return fmt::format("Runtime exited with error: signal: {}", name);
}

void OutputCutter::text(std::string_view bytes, Instant now, std::vector<LogEvent>& out) {
  while (!bytes.empty()) {
    size_t eol = bytes.find('\n');
    std::string_view part = bytes.substr(0, eol);
    size_t room = kEventBytesMax - line_.size();
    if (part.size() > room) {
      line_.append(part.substr(0, room));
      bytes.remove_prefix(room);
      out.push_back({now, std::move(line_)});
      line_.clear();
      continue;
    }
    line_.append(part);
    if (eol == bytes.npos) return;
    bytes.remove_prefix(eol + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    if (!line_.empty()) out.push_back({now, std::move(line_)});
    line_.clear();
  }
}

void OutputCutter::frames(std::string_view bytes, Instant now, std::vector<LogEvent>& out) {
  frame_.append(bytes);
  size_t used = 0;
  while (frame_.size() - used >= kFrameHeadBytes) {
    std::string_view rest = std::string_view(frame_).substr(used);
    uint64_t type = big_endian(rest.substr(0, 4));
    uint64_t length = big_endian(rest.substr(4, 4));
    if (type >> 16 != 0xa55a || length > kFrameBytesMax) {
      // Not a frame: a program that writes to this descriptor by itself. Kept as text.
      text(rest, now, out);
      used = frame_.size();
      break;
    }
    size_t head = kFrameHeadBytes + (type == 0xa55a0001 ? 0 : kFrameTimeBytes);
    if (rest.size() < head + length) break;
    Instant time = now;
    if (head > kFrameHeadBytes) {
      auto us = static_cast<int64_t>(big_endian(rest.substr(kFrameHeadBytes, kFrameTimeBytes)));
      // A clock that the function made up must not reorder the log by years.
      if (us > now.us - 86'400'000'000 && us <= now.us + 60'000'000) time = Instant{us};
    }
    out.push_back({time, std::string(rest.substr(head, std::min<size_t>(length, kEventBytesMax)))});
    used += head + length;
  }
  frame_.erase(0, used);
}

void OutputCutter::finish(Instant now, std::vector<LogEvent>& out) {
  if (!line_.empty()) out.push_back({now, std::move(line_)});
  line_.clear();
}

void LogTail::append(std::string_view line) {
  if (line.size() >= kBytesMax) {
    text_.assign(line.substr(line.size() - kBytesMax + 1));
    text_ += '\n';
    return;
  }
  text_.append(line);
  text_ += '\n';
  // Erased in steps, so that a chatty function does not pay for each line.
  if (text_.size() > 4 * kBytesMax) text_.erase(0, text_.size() - kBytesMax);
}

std::string LogTail::take() {
  if (text_.size() > kBytesMax) text_.erase(0, text_.size() - kBytesMax);
  return std::move(text_);
}

}  // namespace millrace::sandbox
