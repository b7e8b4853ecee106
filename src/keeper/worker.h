// Worker: one replication, from preparing its tables to following the stream for good. Does no I/O:
// it hands out calls and takes replies (keeper/scheduler.h), so that the simulator can drive it
// through lost, late and repeated messages and crash it anywhere.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "keeper/context.h"
#include "keeper/scheduler.h"

namespace millrace::keeper {

class Worker {
 public:
  Worker(TaskConfig config, const Clock& clock, Rng& rng);

  void start();
  std::vector<Scheduler::Call> take_calls() { return scheduler_.take_calls(); }
  void on_reply(uint64_t id, Result<std::shared_ptr<void>> reply) {
    scheduler_.on_reply(id, std::move(reply));
  }
  std::optional<int64_t> next_wake_ms() const { return scheduler_.next_wake_ms(); }

  // Why it stopped; a worker stops only with an error.
  const std::optional<Error>& failure() const { return failure_; }
  ReplicationStatus progress() const;
  // What has happened since the last call that a person should know, such as a key that was parked.
  std::vector<std::string> take_notes() { return std::exchange(context_.notes, {}); }

 private:
  Flow<Status> run(Io& io);
  Flow<Status> beat(Io& io);
  void follow(ShardRow row);
  void copy(const Rows& rows);
  void on_segment_done();
  void start_seal();
  void on_finished(const Status& status);

  const Clock& clock_;
  WorkerContext context_;
  std::optional<Error> failure_;
  int segments_running_ = 0;
  Scheduler scheduler_;  // last: its flows refer to the rest
};

}  // namespace millrace::keeper
