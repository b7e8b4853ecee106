// Runtime: the threads of the program. N io threads with one io_context each (a connection stays on
// one), a bounded pool of workers for what may block, and timers on the injected clock.
//
// OffsetClock is the system clock plus an offset that an operator or a test may move forward while
// the program runs; timers that became due then fire at once.
//
// Lifetimes: start() once, stop() once, from the same thread and not from a thread of the Runtime.
// Whatever uses the io threads (HttpServer, HttpClient) is stopped before the Runtime.
// Thread safety: post(), try_post(), after(), clock_moved(), io() and next_io() from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace millrace::net {

class OffsetClock final : public Clock {
 public:
  explicit OffsetClock(const Clock& base = system_clock()) : base_(base) {}
  Instant now() const override;
  int64_t monotonic_us() const override;

  // Moves both readings forward. REQUIRES: ms >= 0.
  void advance_ms(int64_t ms);
  int64_t offset_ms() const { return offset_us_.load() / 1'000; }
  // Called after every advance, on the advancing thread. Empty to detach.
  void set_listener(std::function<void()> listener);

 private:
  const Clock& base_;
  std::atomic<int64_t> offset_us_{0};
  std::mutex mutex_;
  std::function<void()> listener_;
};

class Runtime final : public TaskRunner {
 public:
  struct Options {
    int io_threads = 0;              // 0: one a core
    int worker_threads_max = 64;     // started as they are needed
    size_t worker_queue_max = 4096;  // beyond it try_post() refuses
  };

  // `clock` outlives the Runtime.
  Runtime(const Clock& clock, Options options);
  ~Runtime() override;
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  Status start();
  // Drops timers, lets the workers finish what is queued, then ends the io threads. Idempotent.
  // What is posted from here on is dropped.
  void stop();

  void post(std::function<void()> task) override;
  Status try_post(std::function<void()> task) override;
  void after(int64_t delay_ms, std::function<void()> task) override;

  // Looks again at which timers are due; for clocks that jump.
  void clock_moved();

  const Clock& clock() const { return clock_; }
  size_t io_count() const;
  // Shared, so that what is still referred to at the end has a context to refer to.
  const std::shared_ptr<boost::asio::io_context>& io(size_t index) const;
  // Round robin.
  const std::shared_ptr<boost::asio::io_context>& next_io();

 private:
  struct Impl;
  const Clock& clock_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::net
