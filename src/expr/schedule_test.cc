#include "expr/schedule.h"

#include <gtest/gtest.h>

namespace millrace::expr {
namespace {

Instant at(std::string_view iso) {
  auto t = parse_iso8601(iso);
  EXPECT_TRUE(t.ok()) << iso;
  return *t;
}

std::string next_of(std::string_view expression, std::string_view after,
                    std::string_view anchor = "2026-01-01T00:00:30Z") {
  auto schedule = Schedule::parse(expression);
  if (!schedule.ok()) return "invalid";
  auto next = schedule->next({.after = at(after), .anchor = at(anchor)});
  return next ? format_iso8601(*next) : "never";
}

// Each refused by AWS: LocalStack's aws-validated test_put_rule_with_invalid_schedule_rate.
TEST(Schedule, RefusesWhatAwsRefuses) {
  for (std::string_view text : {"rate(10 seconds)",
                                "rate(10 years)",
                                "rate(1 minutes)",
                                "rate(1 hours)",
                                "rate(1 days)",
                                "rate(10 minute)",
                                "rate(10 hour)",
                                "rate(10 day)",
                                "rate()",
                                "rate(10)",
                                "rate(10 minutess)",
                                "rate(foo minutes)",
                                "rate(0 minutes)",
                                "rate(-10 minutes)",
                                "rate(10 MINUTES)",
                                "rate( 10 minutes )",
                                " rate(10 minutes)",
                                "",
                                "rate",
                                "cron()",
                                "cron(* * * * *)",
                                "cron(0 10 * * * *)",
                                "cron(0 10 ? * ? *)",
                                "cron(60 10 * * ? *)",
                                "cron(0 24 * * ? *)",
                                "cron(0 10 32 * ? *)",
                                "cron(0 10 0 * ? *)",
                                "cron(0 10 * 13 ? *)",
                                "cron(0 10 ? * 8 *)",
                                "cron(0 10 ? * 0 *)",
                                "cron(0 10 * JANU ? *)",
                                "cron(0 10 1#2 * ? *)",
                                "cron(0/0 10 * * ? *)",
                                "cron(0 10 ? * 2#6 *)",
                                "cron(0 10 * * ? )",
                                "cron(0 10 * * ? 1969)",
                                "cron(0  10 * * ? *)",
                                "cron(-1 10 * * ? *)",
                                "cron(0 10 * * ? *",
                                "cron(1, 10 * * ? *)",
                                "rate(999999999 days)"}) {
    auto schedule = Schedule::parse(text);
    ASSERT_FALSE(schedule.ok()) << text;
    EXPECT_EQ(schedule.error().code(), "ValidationException");
    EXPECT_EQ(schedule.error().message(), "Parameter ScheduleExpression is not valid.");
  }
}

TEST(Schedule, RateCountsFromItsAnchor) {
  EXPECT_EQ(next_of("rate(1 minute)", "2026-01-01T00:00:30Z"), "2026-01-01T00:01:30Z");
  EXPECT_EQ(next_of("rate(1 minute)", "2026-01-01T00:01:29Z"), "2026-01-01T00:01:30Z");
  EXPECT_EQ(next_of("rate(1 minute)", "2026-01-01T00:01:30Z"), "2026-01-01T00:02:30Z");
  EXPECT_EQ(next_of("rate(5 minutes)", "2026-01-01T00:00:00Z"), "2026-01-01T00:05:30Z");
  EXPECT_EQ(next_of("rate(2 hours)", "2026-01-01T05:00:00Z"), "2026-01-01T06:00:30Z");
  EXPECT_EQ(next_of("rate(1 day)", "2026-02-01T00:00:00Z"), "2026-02-01T00:00:30Z");
  EXPECT_NE(next_of("rate(99999999 days)", "2026-02-01T00:00:00Z"), "invalid");
}

TEST(Schedule, CronFiresWhenItsFieldsMeet) {
  struct Case {
    const char* expression;
    const char* after;
    const char* next;
  };
  // 2026-01-01 is a Thursday.
  for (const Case& c : std::initializer_list<Case>{
           {"cron(0 10 * * ? *)", "2026-01-01T00:00:00Z", "2026-01-01T10:00:00Z"},
           {"cron(0 10 * * ? *)", "2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z"},
           {"cron(0 10 * * ? *)", "2026-01-01T09:59:59Z", "2026-01-01T10:00:00Z"},
           {"cron(0 18 ? * MON-FRI *)", "2026-01-02T18:00:00Z", "2026-01-05T18:00:00Z"},
           {"cron(0 18 ? * mon-fri *)", "2026-01-02T18:00:00Z", "2026-01-05T18:00:00Z"},
           {"cron(0 18 ? * 2-6 *)", "2026-01-02T18:00:00Z", "2026-01-05T18:00:00Z"},
           {"cron(0 18 ? * FRI-MON *)", "2026-01-05T18:00:00Z", "2026-01-09T18:00:00Z"},
           {"cron(0 8 1 * ? *)", "2026-01-01T08:00:00Z", "2026-02-01T08:00:00Z"},
           {"cron(0/15 * * * ? *)", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"},
           {"cron(*/20 * * * ? *)", "2026-01-01T00:40:00Z", "2026-01-01T01:00:00Z"},
           {"cron(5,35 22-2 * * ? *)", "2026-01-01T02:35:00Z", "2026-01-01T22:05:00Z"},
           {"cron(0/5 8-17 ? * MON-FRI *)", "2026-01-02T17:55:00Z", "2026-01-05T08:00:00Z"},
           {"cron(0 0 L * ? *)", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"},
           {"cron(0 0 L-1 * ? *)", "2026-02-01T00:00:00Z", "2026-02-27T00:00:00Z"},
           {"cron(0 0 LW * ? *)", "2026-02-01T00:00:00Z", "2026-02-27T00:00:00Z"},
           {"cron(0 0 1W * ? *)", "2026-07-31T12:00:00Z", "2026-08-03T00:00:00Z"},
           {"cron(0 0 15W * ? *)", "2026-02-01T00:00:00Z", "2026-02-16T00:00:00Z"},
           {"cron(0 0 ? * 6L *)", "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z"},
           {"cron(0 0 ? * FRI#2 *)", "2026-01-01T00:00:00Z", "2026-01-09T00:00:00Z"},
           {"cron(0 0 ? * L *)", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"},
           {"cron(0 0 29 2 ? *)", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
           {"cron(0 0 ? FEB SUN#5 *)", "2026-01-01T00:00:00Z", "2032-02-29T00:00:00Z"},
           {"cron(0 20 * * ? 2500)", "2026-01-01T00:00:00Z", "2500-01-01T20:00:00Z"},
           {"cron(0 0 1 1 ? 2027/2)", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
           {"cron(0 0 31 2 ? *)", "2026-01-01T00:00:00Z", "never"},
           {"cron(0 0 1 1 ? 2020)", "2026-01-01T00:00:00Z", "never"},
           {"cron(59 23 31 12 ? *)", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z"},
       }) {
    EXPECT_EQ(next_of(c.expression, c.after), c.next) << c.expression << " after " << c.after;
  }
}

}  // namespace
}  // namespace millrace::expr
