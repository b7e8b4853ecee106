// DeadlineQueue: runs something when a time is up, unless it is cancelled before. Holds only what
// is pending, and at most one timer that matters: a busy gateway would else keep a timer of 29
// seconds for each request it has long answered.
//
// Thread safety: free-threaded.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "base/clock.h"

namespace millrace::apigateway {

class DeadlineQueue : public std::enable_shared_from_this<DeadlineQueue> {
 public:
  // REQUIRES: both outlive what is pending.
  DeadlineQueue(const Clock& clock, TaskRunner& runner) : clock_(clock), runner_(runner) {}

  using Ticket = std::pair<int64_t, uint64_t>;  // due, number
  // `expired` runs on a timer's thread and must not block.
  Ticket add(int64_t delay_ms, std::function<void()> expired);
  void cancel(const Ticket& ticket);

  size_t size() const;

 private:
  void arm_locked(int64_t now_us);
  void fire(int64_t armed_us);

  const Clock& clock_;
  TaskRunner& runner_;
  mutable std::mutex mutex_;
  std::map<Ticket, std::function<void()>> pending_;
  uint64_t last_number_ = 0;
  int64_t armed_us_ = -1;  // when the timer that matters is due; -1: there is none
};

}  // namespace millrace::apigateway
