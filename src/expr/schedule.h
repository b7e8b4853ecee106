// Schedule expressions of EventBridge: rate(5 minutes) and cron(0 10 * * ? *), and when they fire
// next. Pure; a value; free-threaded.
//
// What is valid is AWS's own, as recorded in LocalStack's validated tests (rate) and measured in
// public (cron):
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace millrace::expr {

class Schedule {
 public:
  // Errors: ValidationException, "Parameter ScheduleExpression is not valid."
  static Result<Schedule> parse(std::string_view text);

  // The first firing strictly after `after`; none when there is no more. A rate counts from
  // `anchor`, when the rule was made or enabled; cron is in UTC and fires at second 0.
  struct Times {
    Instant after;
    Instant anchor;
  };
  std::optional<Instant> next(Times times) const;

  bool is_rate() const { return period_us_ > 0; }

 private:
  friend class CronParser;

  struct YearRange {
    int first;
    int last;
    int step;
  };
  // Which days of a month: of day-of-month (by number, last, weekday nearest) or of day-of-week (by
  // name, last of its kind, n-th of its kind).
  struct NearestWeekday {
    int day;  // 0: the last weekday of the month
  };
  struct NthWeekday {
    int weekday;  // 0 is Sunday
    int n;        // 1 to 5; 0: the last one
  };

  bool has_year(int year) const;
  // Bit d is set when day d of that month fires.
  uint32_t days_of(int year, int month) const;
  std::optional<Instant> next_cron(Instant after) const;

  int64_t period_us_ = 0;  // rate only

  uint64_t minutes_ = 0;
  uint32_t hours_ = 0;
  uint32_t months_ = 0;  // bits 1 to 12
  std::vector<YearRange> years_;
  uint32_t month_days_ = 0;    // bits 1 to 31
  std::vector<int> from_end_;  // L is 0, L-3 is 3
  std::vector<NearestWeekday> nearest_;
  uint32_t weekdays_ = 0;  // bits 0 (Sunday) to 6
  std::vector<NthWeekday> nth_;
};

}  // namespace millrace::expr
