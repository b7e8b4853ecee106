// The grammar behind expr/schedule.h. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "expr/schedule.h"

namespace millrace::expr {

// "rate(5 minutes)" as microseconds. Singular for 1 and only then; lower case; one space.
std::optional<int64_t> parse_rate(std::string_view text);

// Fills a schedule from "cron(MIN HOUR DOM MONTH DOW YEAR)".
class CronParser {
 public:
  explicit CronParser(Schedule& schedule) : schedule_(schedule) {}
  bool parse(std::string_view text);

 private:
  struct Names {
    const std::string_view* names;
    int count;
    int first_value;
  };
  struct Field {
    int low;
    int high;
    const Names* names;
  };
  struct Range {
    int first;
    int last;
    int step;
  };

  static std::optional<int> value_of(std::string_view text, const Field& field);
  static std::optional<Range> range_of(std::string_view text, const Field& field);
  static std::optional<uint64_t> bits_of(std::string_view text, const Field& field);
  bool parse_month_days(std::string_view text);
  bool parse_month_day(std::string_view text);
  bool parse_weekdays(std::string_view text);
  bool parse_weekday(std::string_view text);
  bool parse_years(std::string_view text);

  Schedule& schedule_;
};

}  // namespace millrace::expr
