#include "expr/schedule_parser.h"

#include <array>
#include <charconv>

#include "base/encoding.h"

namespace millrace::expr {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};
// Eight digits of days are still within an Instant.
constexpr size_t kRateDigitsMax = 8;
constexpr size_t kNumberDigitsMax = 4;
constexpr int kYearLow = 1970;
constexpr int kYearHigh = 9999;  // AWS documents 2199 and takes later years

std::optional<int64_t> digits(std::string_view text, size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

bool strip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix) || !text.ends_with(')')) return false;
  text.remove_prefix(prefix.size());
  text.remove_suffix(1);
  return true;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace

std::optional<int64_t> parse_rate(std::string_view text) {
  if (!strip(text, "rate(")) return std::nullopt;
  size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  auto value = digits(text.substr(0, space), kRateDigitsMax);
  if (!value || *value == 0) return std::nullopt;
  std::string_view unit = text.substr(space + 1);
  if ((*value == 1) == unit.ends_with('s')) return std::nullopt;
  if (*value != 1) unit.remove_suffix(1);
  constexpr int64_t kMinuteUs = 60'000'000;
  if (unit == "minute") return *value * kMinuteUs;
  if (unit == "hour") return *value * 60 * kMinuteUs;
  if (unit == "day") return *value * 24 * 60 * kMinuteUs;
  return std::nullopt;
}

bool CronParser::parse(std::string_view text) {
  if (!strip(text, "cron(")) return false;
  std::vector<std::string_view> fields = split(text, ' ');
  if (fields.size() != 6) return false;
  static constexpr Names kMonthNames{kMonths.data(), 12, 1};
  auto minutes = bits_of(fields[0], {0, 59, nullptr});
  auto hours = bits_of(fields[1], {0, 23, nullptr});
  auto months = bits_of(fields[3], {1, 12, &kMonthNames});
  if (!minutes || !hours || !months) return false;
  schedule_.minutes_ = *minutes;
  schedule_.hours_ = static_cast<uint32_t>(*hours);
  schedule_.months_ = static_cast<uint32_t>(*months);
  // Exactly one of day-of-month and day-of-week is '?'.
  if ((fields[2] == "?") == (fields[4] == "?")) return false;
  if (fields[2] != "?" && !parse_month_days(fields[2])) return false;
  if (fields[4] != "?" && !parse_weekdays(fields[4])) return false;
  return parse_years(fields[5]);
}

std::optional<int> CronParser::value_of(std::string_view text, const Field& field) {
  if (field.names != nullptr) {
    for (int i = 0; i < field.names->count; ++i) {
      if (ascii_iequals(text, field.names->names[i])) return field.names->first_value + i;
    }
  }
  auto value = digits(text, kNumberDigitsMax);
  if (!value || *value < field.low || *value > field.high) return std::nullopt;
  return static_cast<int>(*value);
}

// "*", "5", "5-10", each with "/STEP". A lone value with a step runs to the end of the field.
std::optional<CronParser::Range> CronParser::range_of(std::string_view text, const Field& field) {
  Range range{field.low, field.high, 1};
  size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    auto step = digits(text.substr(slash + 1), kNumberDigitsMax);
    if (!step || *step < 1 || *step > field.high) return std::nullopt;
    range.step = static_cast<int>(*step);
    text = text.substr(0, slash);
  }
  if (text == "*") return range;
  size_t dash = text.find('-');
  auto first = value_of(text.substr(0, dash), field);
  if (!first) return std::nullopt;
  range.first = *first;
  if (dash != std::string_view::npos) {
    auto last = value_of(text.substr(dash + 1), field);
    if (!last) return std::nullopt;
    range.last = *last;
  } else if (slash == std::string_view::npos) {
    range.last = *first;
  }
  return range;
}

std::optional<uint64_t> CronParser::bits_of(std::string_view text, const Field& field) {
  uint64_t bits = 0;
  int width = field.high - field.low + 1;
  for (std::string_view part : split(text, ',')) {
    auto range = range_of(part, field);
    if (!range) return std::nullopt;
    // A range may run over the end: FRI-MON, 22-2.
    int length = range->last - range->first + (range->last < range->first ? width : 0);
    for (int i = 0; i <= length; i += range->step) {
      bits |= uint64_t{1} << (field.low + (range->first - field.low + i) % width);
    }
  }
  return bits;
}

bool CronParser::parse_month_days(std::string_view text) {
  for (std::string_view part : split(text, ',')) {
    if (!parse_month_day(part)) return false;
  }
  return true;
}

bool CronParser::parse_month_day(std::string_view text) {
  constexpr Field kDays{1, 31, nullptr};
  if (text == "L") {
    schedule_.from_end_.push_back(0);
    return true;
  }
  if (text == "LW") {
    schedule_.nearest_.push_back({0});
    return true;
  }
  if (text.starts_with("L-")) {
    auto back = digits(text.substr(2), 2);
    if (!back || *back > 30) return false;
    schedule_.from_end_.push_back(static_cast<int>(*back));
    return true;
  }
  if (text.ends_with('W')) {
    auto day = value_of(text.substr(0, text.size() - 1), kDays);
    if (!day) return false;
    schedule_.nearest_.push_back({*day});
    return true;
  }
  auto bits = bits_of(text, kDays);
  if (!bits) return false;
  schedule_.month_days_ |= static_cast<uint32_t>(*bits);
  return true;
}

bool CronParser::parse_weekdays(std::string_view text) {
  for (std::string_view part : split(text, ',')) {
    if (!parse_weekday(part)) return false;
  }
  return true;
}

bool CronParser::parse_weekday(std::string_view text) {
  static constexpr Names kNames{kWeekdays.data(), 7, 1};
  constexpr Field kDays{1, 7, &kNames};
  if (text == "L") {
    schedule_.weekdays_ |= 1U << 6;
    return true;
  }
  if (size_t hash = text.find('#'); hash != std::string_view::npos) {
    auto day = value_of(text.substr(0, hash), kDays);
    auto n = digits(text.substr(hash + 1), 1);
    if (!day || !n || *n < 1 || *n > 5) return false;
    schedule_.nth_.push_back({*day - 1, static_cast<int>(*n)});
    return true;
  }
  if (text.size() > 1 && text.ends_with('L')) {
    auto day = value_of(text.substr(0, text.size() - 1), kDays);
    if (!day) return false;
    schedule_.nth_.push_back({*day - 1, 0});
    return true;
  }
  auto bits = bits_of(text, kDays);
  if (!bits) return false;
  schedule_.weekdays_ |= static_cast<uint32_t>(*bits >> 1);
  return true;
}

bool CronParser::parse_years(std::string_view text) {
  for (std::string_view part : split(text, ',')) {
    auto range = range_of(part, {kYearLow, kYearHigh, nullptr});
    if (!range || range->last < range->first) return false;
    schedule_.years_.push_back({range->first, range->last, range->step});
  }
  return true;
}

}  // namespace millrace::expr
