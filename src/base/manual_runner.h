// A TaskRunner for tests: one thread, tasks run only when the test says so, time is a ManualClock.
#pragma once

#include <deque>
#include <functional>
#include <map>

#include "base/clock.h"

namespace millrace {

class ManualRunner final : public TaskRunner {
 public:
  explicit ManualRunner(ManualClock& clock) : clock_(clock) {}

  void post(std::function<void()> task) override;
  Status try_post(std::function<void()> task) override;
  void after(int64_t delay_ms, std::function<void()> task) override;

  // While true, try_post() refuses.
  bool is_full = false;

  // Runs everything that is due, and what that makes due, until nothing is.
  void run_ready();
  // Moves the clock on by `ms`, stopping at each timer on the way to run it.
  void advance_ms(int64_t ms);

 private:
  ManualClock& clock_;
  std::deque<std::function<void()>> ready_;
  std::multimap<int64_t, std::function<void()>> timers_;  // by monotonic due time
};

}  // namespace millrace
