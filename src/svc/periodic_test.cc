#include "svc/periodic.h"

#include <gtest/gtest.h>

#include "svc/testing/harness.h"

namespace millrace::svc {
namespace {

TEST(PeriodicTest, RunsEveryIntervalThoughARunFailsAndUntilItIsStopped) {
  testing::Harness h([](Registry&) {});
  int runs = 0;
  Periodic periodic(h.ports, {.name = "test", .interval_ms = 100}, [&]() -> Status {
    if (++runs == 1) return Error::internal("the first run fails");
    return ok_status();
  });
  h.runner.advance_ms(300);
  EXPECT_EQ(runs, 0) << "not started";
  periodic.start();
  h.runner.advance_ms(350);
  EXPECT_EQ(runs, 3);
  periodic.stop();
  h.runner.advance_ms(300);
  EXPECT_EQ(runs, 3);
}

TEST(PeriodicTest, ATimerThatOutlivesItDoesNothing) {
  testing::Harness h([](Registry&) {});
  int runs = 0;
  {
    Periodic periodic(h.ports, {.name = "test", .interval_ms = 100}, [&] {
      ++runs;
      return ok_status();
    });
    periodic.start();
  }
  h.runner.advance_ms(300);
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace millrace::svc
