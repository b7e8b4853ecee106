// Scheduler: runs many flows on one thread without doing any I/O itself. It hands out the calls
// that flows wait for, takes their replies, and knows when the next sleeper wakes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keeper/flow.h"

namespace millrace::keeper {

class Scheduler {
 public:
  using Finished = std::function<void(Status)>;
  struct Call {
    uint64_t id;  // never reused
    Request request;
  };

  Scheduler(const Clock& clock, Rng& rng) : clock_(clock), rng_(rng) {}
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Starts the flow that `make` returns for its Io. What the flow refers to outlives the scheduler.
  // `finished` may spawn more.
  void spawn(const std::function<Flow<Status>(Io&)>& make, Finished finished);

  // Wakes sleepers that are due, then gives the calls made since the last time.
  std::vector<Call> take_calls();
  // Replies to calls of flows that are gone are dropped.
  void on_reply(uint64_t id, Result<std::shared_ptr<void>> reply);
  // Milliseconds until the next sleeper; none when nobody sleeps.
  std::optional<int64_t> next_wake_ms() const;
  bool idle() const { return slots_.empty(); }
  // Drops all flows where they stand.
  void clear() { slots_.clear(); }

 private:
  struct Slot {
    std::unique_ptr<Io> io;
    Flow<Status> flow;
    Finished finished;
    uint64_t call = 0;               // the id it waits for, or 0
    std::optional<int64_t> wake_us;  // when it sleeps
  };

  // Takes the flow's next step after it ran. Erases it when it has finished.
  void advance(uint64_t slot_id);

  const Clock& clock_;
  Rng& rng_;
  uint64_t next_id_ = 1;
  std::map<uint64_t, Slot> slots_;
  std::map<uint64_t, uint64_t> waiting_;  // call -> slot
  std::vector<Call> calls_;
};

}  // namespace millrace::keeper
