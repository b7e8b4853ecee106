#include "svc/apigateway/deadline_queue.h"

#include <algorithm>
#include <vector>

namespace millrace::apigateway {

DeadlineQueue::Ticket DeadlineQueue::add(int64_t delay_ms, std::function<void()> expired) {
  std::lock_guard lock(mutex_);
  int64_t now_us = clock_.monotonic_us();
  Ticket ticket{now_us + delay_ms * 1000, ++last_number_};
  pending_.emplace(ticket, std::move(expired));
  arm_locked(now_us);
  return ticket;
}

void DeadlineQueue::cancel(const Ticket& ticket) {
  std::lock_guard lock(mutex_);
  pending_.erase(ticket);
}

size_t DeadlineQueue::size() const {
  std::lock_guard lock(mutex_);
  return pending_.size();
}

// An earlier deadline than the timer's takes a timer of its own; the later one then finds nothing
// due.
void DeadlineQueue::arm_locked(int64_t now_us) {
  if (pending_.empty()) return;
  int64_t due_us = pending_.begin()->first.first;
  if (armed_us_ >= 0 && armed_us_ <= due_us) return;
  armed_us_ = due_us;
  int64_t delay_ms = std::max<int64_t>(0, (due_us - now_us + 999) / 1000);
  runner_.after(delay_ms, [weak = weak_from_this(), due_us] {
    if (auto self = weak.lock()) self->fire(due_us);
  });
}

void DeadlineQueue::fire(int64_t armed_us) {
  std::vector<std::function<void()>> due;
  {
    std::lock_guard lock(mutex_);
    if (armed_us_ == armed_us) armed_us_ = -1;
    int64_t now_us = clock_.monotonic_us();
    while (!pending_.empty() && pending_.begin()->first.first <= now_us) {
      due.push_back(std::move(pending_.begin()->second));
      pending_.erase(pending_.begin());
    }
    arm_locked(now_us);
  }
  for (auto& expired : due)
    expired();
}

}  // namespace millrace::apigateway
