#include "net/runtime.h"

#include <gtest/gtest.h>

#include <future>

#include "net/net_testing.h"

namespace millrace::net {
namespace {

TEST(OffsetClock, AdvancesBothReadings) {
  ManualClock base;
  OffsetClock clock(base);
  Instant before = clock.now();
  int64_t monotonic = clock.monotonic_us();
  clock.advance_ms(90'000);
  base.advance_ms(1'000);
  EXPECT_EQ(clock.now().us - before.us, 91'000'000);
  EXPECT_EQ(clock.monotonic_us() - monotonic, 91'000'000);
  EXPECT_EQ(clock.offset_ms(), 90'000);
}

TEST(Runtime, AnAdvanceFiresTimersThatBecameDueInOrder) {
  ManualClock base;
  OffsetClock clock(base);
  Runtime runtime(clock, {.io_threads = 1});
  clock.set_listener([&] { runtime.clock_moved(); });
  ASSERT_TRUE(runtime.start().ok());
  std::mutex mutex;
  std::vector<int> order;
  Signal second;
  Signal third;
  auto note = [&](int n) {
    std::lock_guard lock(mutex);
    order.push_back(n);
  };
  runtime.after(25 * 3'600'000, [&] { note(2), second.set(); });
  runtime.after(1'000, [&] { note(1); });
  runtime.after(26 * 3'600'000, [&] { note(3), third.set(); });
  clock.advance_ms(25 * 3'600'000);
  ASSERT_TRUE(second.wait());
  {
    std::lock_guard lock(mutex);
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
  }
  clock.advance_ms(3'600'000);
  ASSERT_TRUE(third.wait());
  runtime.stop();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Runtime, TimersFireByRealTimeToo) {
  Runtime runtime(system_clock(), {.io_threads = 1});
  ASSERT_TRUE(runtime.start().ok());
  Signal fired;
  int64_t start = system_clock().monotonic_us();
  runtime.after(20, [&] { fired.set(); });
  ASSERT_TRUE(fired.wait());
  EXPECT_GE(system_clock().monotonic_us() - start, 20'000);
}

TEST(Runtime, AFullPoolThrottlesAndStopDrains) {
  Runtime runtime(system_clock(),
                  {.io_threads = 1, .worker_threads_max = 1, .worker_queue_max = 2});
  ASSERT_TRUE(runtime.start().ok());
  Signal running;
  std::promise<void> gate;
  auto open = gate.get_future().share();
  std::atomic<int> ran{0};
  ASSERT_TRUE(runtime.try_post([&] { running.set(), open.wait(), ++ran; }).ok());
  ASSERT_TRUE(running.wait());
  ASSERT_TRUE(runtime.try_post([&] { ++ran; }).ok());
  ASSERT_TRUE(runtime.try_post([&] { ++ran; }).ok());
  Status full = runtime.try_post([&] { ++ran; });
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code(), "ThrottlingException");
  runtime.post([&] { ++ran; });  // what was begun is never refused
  gate.set_value();
  runtime.stop();
  EXPECT_EQ(ran, 4);
  EXPECT_FALSE(runtime.try_post([] {}).ok());
  runtime.post([&] { ++ran; });
  EXPECT_EQ(ran, 4);
}

TEST(Runtime, WorkersRunBesideEachOther) {
  Runtime runtime(system_clock(), {.io_threads = 1, .worker_threads_max = 8});
  ASSERT_TRUE(runtime.start().ok());
  constexpr int kTasks = 8;
  std::atomic<int> waiting{0};
  Signal all;
  for (int i = 0; i < kTasks; ++i) {
    runtime.post([&] {
      if (++waiting == kTasks) all.set();
      all.wait();
    });
  }
  EXPECT_TRUE(all.wait());
  runtime.stop();
}

TEST(Runtime, ALibrarysExceptionEndsInTheLog) {
  Runtime runtime(system_clock(), {.io_threads = 1});
  ASSERT_TRUE(runtime.start().ok());
  Signal after;
  runtime.post([] { std::vector<int>().at(1); });
  runtime.after(0, [] { std::vector<int>().at(1); });
  runtime.after(1, [&] { after.set(); });
  EXPECT_TRUE(after.wait());
}

}  // namespace
}  // namespace millrace::net
