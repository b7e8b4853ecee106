#include "base/manual_runner.h"

namespace millrace {

void ManualRunner::post(std::function<void()> task) { ready_.push_back(std::move(task)); }

Status ManualRunner::try_post(std::function<void()> task) {
  if (is_full) return Error("ThrottlingException", 400, "Rate exceeded");
  post(std::move(task));
  return ok_status();
}

void ManualRunner::after(int64_t delay_ms, std::function<void()> task) {
  timers_.emplace(clock_.monotonic_us() + delay_ms * 1'000, std::move(task));
}

void ManualRunner::run_ready() {
  for (;;) {
    while (!timers_.empty() && timers_.begin()->first <= clock_.monotonic_us()) {
      ready_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (ready_.empty()) return;
    auto task = std::move(ready_.front());
    ready_.pop_front();
    task();
  }
}

void ManualRunner::advance_ms(int64_t ms) {
  const int64_t end_us = clock_.monotonic_us() + ms * 1'000;
  run_ready();
  while (!timers_.empty() && timers_.begin()->first <= end_us) {
    int64_t wait_us = timers_.begin()->first - clock_.monotonic_us();
    if (wait_us > 0) clock_.advance_ms((wait_us + 999) / 1'000);
    run_ready();
  }
  int64_t left_us = end_us - clock_.monotonic_us();
  if (left_us > 0) clock_.advance_ms(left_us / 1'000);
  run_ready();
}

}  // namespace millrace
