// Periodic: background work of a service, again and again on a worker, on the injected clock. One
// run at a time: the next is `interval_ms` after the last has ended. A run that fails is logged,
// and the work goes on.
//
// Thread safety: start() once, stop() once. A run that has begun is not waited for: the runner must
// have drained before what `work` refers to is destroyed.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "svc/ports.h"

namespace millrace::svc {

class Periodic {
 public:
  struct Options {
    std::string name;  // for the log: "metrics"
    int64_t interval_ms;
  };
  // `ports` need be filled only when start() is called.
  Periodic(const Ports& ports, Options options, std::function<Status()> work);
  ~Periodic() { stop(); }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  void start();
  void stop() { *alive_ = false; }

 private:
  void schedule();
  void run();

  const Ports& ports_;
  const Options options_;
  const std::function<Status()> work_;
  std::shared_ptr<std::atomic<bool>> alive_;  // timers hold it; false once stopped
};

}  // namespace millrace::svc
