#include "base/clock.h"

#include <fmt/format.h>
#include <time.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace millrace {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override { return Instant{read_us(CLOCK_REALTIME)}; }
  int64_t monotonic_us() const override { return read_us(CLOCK_MONOTONIC); }

 private:
  static int64_t read_us(clockid_t id) {
    timespec ts;
    clock_gettime(id, &ts);
    return static_cast<int64_t>(ts.tv_sec) * 1'000'000 + ts.tv_nsec / 1'000;
  }
};

tm to_utc(Instant t) {
  time_t seconds = static_cast<time_t>(t.seconds());
  tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string strftime_utc(Instant t, const char* format) {
  tm parts = to_utc(t);
  char buffer[64];
  return std::string(buffer, strftime(buffer, sizeof buffer, format, &parts));
}

Error bad_time(std::string_view text) {
  return Error("InvalidParameterValue", 400, fmt::format("Not a valid time: '{}'", text));
}

// Parses `text` wholly by `format`; `rest` gets what follows when the caller allows more.
std::optional<int64_t> parse_utc_seconds(const std::string& text, const char* format,
                                         std::string_view* rest) {
  tm parts{};
  const char* end = strptime(text.c_str(), format, &parts);
  if (end == nullptr) return std::nullopt;
  *rest = std::string_view(end);
  return timegm(&parts);
}

// "+02:00", "-0530" or "Z" in seconds east of UTC.
std::optional<int64_t> parse_offset(std::string_view text) {
  if (text == "Z" || text.empty()) return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  std::string digits;
  for (char c : text.substr(1)) {
    if (c == ':') continue;
    if (c < '0' || c > '9') return std::nullopt;
    digits.push_back(c);
  }
  if (digits.size() != 4) return std::nullopt;
  int64_t value =
      std::atoi(digits.substr(0, 2).c_str()) * 3600 + std::atoi(digits.substr(2).c_str()) * 60;
  return text[0] == '-' ? -value : value;
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

ManualClock::ManualClock(Instant start) : us_(start.us) {}

Instant ManualClock::now() const {
  return Instant{std::atomic_ref(const_cast<int64_t&>(us_)).load()};
}

int64_t ManualClock::monotonic_us() const {
  return std::atomic_ref(const_cast<int64_t&>(monotonic_us_)).load();
}

void ManualClock::advance_ms(int64_t ms) {
  std::atomic_ref(us_).fetch_add(ms * 1'000);
  std::atomic_ref(monotonic_us_).fetch_add(ms * 1'000);
}

std::string format_iso8601(Instant t) { return strftime_utc(t, "%Y-%m-%dT%H:%M:%SZ"); }

std::string format_iso8601_ms(Instant t) {
  return fmt::format("{}.{:03}Z", strftime_utc(t, "%Y-%m-%dT%H:%M:%S"), t.ms() % 1'000);
}

std::string format_http_date(Instant t) { return strftime_utc(t, "%a, %d %b %Y %H:%M:%S GMT"); }

std::string format_amz_date(Instant t) { return strftime_utc(t, "%Y%m%dT%H%M%SZ"); }

Result<Instant> parse_iso8601(std::string_view text) {
  std::string_view rest;
  std::string owned(text);
  auto seconds = parse_utc_seconds(owned, "%Y-%m-%dT%H:%M:%S", &rest);
  if (!seconds) {
    seconds = parse_utc_seconds(owned, "%Y-%m-%d", &rest);
    if (!seconds || !rest.empty()) return bad_time(text);
    return Instant::from_seconds(*seconds);
  }
  int64_t us = 0;
  if (rest.starts_with('.')) {
    int64_t scale = 100'000;
    rest.remove_prefix(1);
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      us += (rest[0] - '0') * scale;
      scale /= 10;
      rest.remove_prefix(1);
    }
  }
  auto offset = parse_offset(rest);
  if (!offset) return bad_time(text);
  return Instant{(*seconds - *offset) * 1'000'000 + us};
}

Result<Instant> parse_http_date(std::string_view text) {
  std::string_view rest;
  std::string owned(text);
  auto seconds = parse_utc_seconds(owned, "%a, %d %b %Y %H:%M:%S GMT", &rest);
  if (!seconds || !rest.empty()) return bad_time(text);
  return Instant::from_seconds(*seconds);
}

Result<Instant> parse_amz_date(std::string_view text) {
  std::string_view rest;
  std::string owned(text);
  auto seconds = parse_utc_seconds(owned, "%Y%m%dT%H%M%SZ", &rest);
  if (!seconds || !rest.empty() || text.size() != 16) return bad_time(text);
  return Instant::from_seconds(*seconds);
}

}  // namespace millrace
