#include "expr/schedule.h"

#include <algorithm>
#include <bit>
#include <chrono>

#include "expr/schedule_parser.h"

namespace millrace::expr {
namespace {

namespace chr = std::chrono;

constexpr int64_t kMinuteUs = 60'000'000;
constexpr int64_t kDayUs = 24 * 60 * kMinuteUs;
constexpr int kYearMax = 9999;
// 29 February on a given weekday comes every 28 years, 40 across a century that is no leap year.
constexpr int kYearsSearchedMax = 60;

int days_in_month(int year, int month) {
  auto last = chr::year_month_day_last(
      chr::year(year), chr::month_day_last(chr::month(static_cast<unsigned>(month))));
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

int weekday_of(int year, int month, int day) {
  chr::sys_days days =
      chr::year_month_day(chr::year(year), chr::month(static_cast<unsigned>(month)),
                          chr::day(static_cast<unsigned>(day)));
  return static_cast<int>(chr::weekday(days).c_encoding());
}

// The weekday (Monday to Friday) nearest to `day`, within the month.
int nearest_weekday(int year, int month, int day) {
  int last = days_in_month(year, month);
  day = std::min(day, last);
  int weekday = weekday_of(year, month, day);
  if (weekday == 6) return day == 1 ? 3 : day - 1;
  if (weekday == 0) return day == last ? day - 2 : day + 1;
  return day;
}

template <class Bits>
int next_bit(Bits bits, int from) {
  if (from >= static_cast<int>(sizeof(Bits) * 8)) return -1;
  Bits rest = bits >> from;
  return rest == 0 ? -1 : from + std::countr_zero(rest);
}

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
  Schedule schedule;
  if (auto period_us = parse_rate(text)) {
    schedule.period_us_ = *period_us;
    return schedule;
  }
  if (CronParser(schedule).parse(text)) return schedule;
  return Error("ValidationException", 400, "Parameter ScheduleExpression is not valid.");
}

std::optional<Instant> Schedule::next(Times times) const {
  if (!is_rate()) return next_cron(times.after);
  int64_t since_us = times.after.us - times.anchor.us;
  int64_t periods = since_us < 0 ? 1 : since_us / period_us_ + 1;
  return Instant{times.anchor.us + periods * period_us_};
}

bool Schedule::has_year(int year) const {
  return std::any_of(years_.begin(), years_.end(), [year](const YearRange& range) {
    return year >= range.first && year <= range.last && (year - range.first) % range.step == 0;
  });
}

uint32_t Schedule::days_of(int year, int month) const {
  int last = days_in_month(year, month);
  uint32_t days = month_days_;
  for (int back : from_end_) {
    if (last - back >= 1) days |= 1U << (last - back);
  }
  for (const NearestWeekday& near : nearest_) {
    if (near.day > last) continue;
    days |= 1U << nearest_weekday(year, month, near.day == 0 ? last : near.day);
  }
  int first_weekday = weekday_of(year, month, 1);
  for (int day = 1; day <= last; ++day) {
    int weekday = (first_weekday + day - 1) % 7;
    if ((weekdays_ >> weekday & 1U) != 0) days |= 1U << day;
    for (const NthWeekday& nth : nth_) {
      bool fits = nth.n == 0 ? day + 7 > last : (day - 1) / 7 + 1 == nth.n;
      if (nth.weekday == weekday && fits) days |= 1U << day;
    }
  }
  uint32_t in_month = last == 31 ? ~1U : (1U << (last + 1)) - 2;
  return days & in_month;
}

std::optional<Instant> Schedule::next_cron(Instant after) const {
  // The first minute that begins after `after`.
  int64_t start_us = (after.us / kMinuteUs + 1) * kMinuteUs;
  chr::sys_days start_day(chr::days(start_us / kDayUs));
  chr::year_month_day date(start_day);
  int first_year = static_cast<int>(date.year());
  int start_month = static_cast<int>(static_cast<unsigned>(date.month()));
  int start_date = static_cast<int>(static_cast<unsigned>(date.day()));
  int start_minute = static_cast<int>(start_us % kDayUs / kMinuteUs);
  int searched = 0;
  for (int year = std::max(first_year, 1970); year <= kYearMax; ++year) {
    if (!has_year(year)) continue;
    if (++searched > kYearsSearchedMax) return std::nullopt;
    for (int month = next_bit(months_, year == first_year ? start_month : 1); month > 0;
         month = next_bit(months_, month + 1)) {
      bool first_month = year == first_year && month == start_month;
      uint32_t days = days_of(year, month);
      for (int day = next_bit(days, first_month ? start_date : 1); day > 0;
           day = next_bit(days, day + 1)) {
        bool first_day = first_month && day == start_date;
        int from_minute = first_day ? start_minute : 0;
        for (int hour = next_bit(hours_, from_minute / 60); hour >= 0;
             hour = next_bit(hours_, hour + 1)) {
          int minute = next_bit(minutes_, hour == from_minute / 60 ? from_minute % 60 : 0);
          if (minute < 0) continue;
          chr::sys_days at =
              chr::year_month_day(chr::year(year), chr::month(static_cast<unsigned>(month)),
                                  chr::day(static_cast<unsigned>(day)));
          return Instant{at.time_since_epoch().count() * kDayUs +
                         (int64_t{hour} * 60 + minute) * kMinuteUs};
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace millrace::expr
