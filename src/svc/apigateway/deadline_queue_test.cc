#include "svc/apigateway/deadline_queue.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/manual_runner.h"

namespace millrace::apigateway {
namespace {

TEST(DeadlineQueue, RunsWhatIsDueAndNothingThatWasCancelled) {
  ManualClock clock;
  ManualRunner runner(clock);
  auto queue = std::make_shared<DeadlineQueue>(clock, runner);
  std::vector<int> expired;
  queue->add(1000, [&] { expired.push_back(1000); });
  auto cancelled = queue->add(500, [&] { expired.push_back(500); });
  queue->add(2000, [&] { expired.push_back(2000); });
  queue->cancel(cancelled);
  runner.advance_ms(999);
  EXPECT_TRUE(expired.empty());
  runner.advance_ms(1);
  EXPECT_EQ(expired, std::vector<int>{1000});
  runner.advance_ms(1000);
  EXPECT_EQ(expired, (std::vector<int>{1000, 2000}));
  EXPECT_EQ(queue->size(), 0U);
}

TEST(DeadlineQueue, TakesAnEarlierDeadlineAfterALaterOne) {
  ManualClock clock;
  ManualRunner runner(clock);
  auto queue = std::make_shared<DeadlineQueue>(clock, runner);
  std::vector<int> expired;
  queue->add(29'000, [&] { expired.push_back(29); });
  queue->add(50, [&] { expired.push_back(0); });
  runner.advance_ms(50);
  EXPECT_EQ(expired, std::vector<int>{0});
  runner.advance_ms(28'950);
  EXPECT_EQ(expired, (std::vector<int>{0, 29}));
}

}  // namespace
}  // namespace millrace::apigateway
