// HealthMonitor: keeps functions warm and checks that they answer, so that nobody builds a warmer
// and a watchdog by hand. Finds functions every kDiscoverMs, checks each as often as it asks for,
// and tells people once when one fails (after kFailuresToAlarm checks in a row) and once when it
// recovers.
//
// A check is an ordinary invocation by the account's root: it is metered and logged like any other.
//
// Rows: (account, region, health, "function", name) -> JSON state, so that a restart neither
// forgets an outage nor tells of it twice.
//
// Thread safety: start() once; stop() once. The runner must have drained before destruction.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "svc/health/health_config.h"
#include "svc/ports.h"

namespace millrace::health {

class HealthMonitor {
 public:
  static constexpr int64_t kDiscoverMs = 15'000;
  static constexpr int64_t kTickMs = 1'000;
  static constexpr int kFailuresToAlarm = 2;

  HealthMonitor(const svc::Ports& ports, HealthConfig config);
  ~HealthMonitor() { *alive_ = false; }

  void start();
  void stop() { *alive_ = false; }

  // Looks for functions and their wishes. Runs on a worker: it calls operations and waits for them.
  Status discover();
  // Starts the checks that are due.
  void tick();

 private:
  struct FunctionKey {
    svc::Scope scope;
    std::string name;
    auto operator<=>(const FunctionKey&) const = default;
  };
  struct Watched {
    std::string arn;
    Watch watch;
    int64_t next_due_us = 0;
    bool check_running = false;
  };

  void schedule(int64_t delay_ms, void (HealthMonitor::*step)());
  void discover_and_repeat();
  void tick_and_repeat();
  Status discover_scope(const svc::Scope& scope, std::map<FunctionKey, Watched>& found);
  void adopt(std::map<FunctionKey, Watched> found);
  void start_check(const FunctionKey& key, const Watched& watched);
  void finish_check(const FunctionKey& key, std::string failure, int64_t duration_us);
  void tell(const FunctionKey& key, std::string_view what, std::string_view detail);

  const svc::Ports& ports_;
  const HealthConfig config_;
  std::mutex mutex_;
  std::map<FunctionKey, Watched> watched_;
  std::shared_ptr<std::atomic<bool>> alive_;
};

// What the last checks said, for `GET /_millrace/functions` and `millrace status`.
struct FunctionHealth {
  svc::Scope scope;
  std::string name;
  bool healthy = true;
  int64_t failures_in_a_row = 0;
  std::string last_failure;  // of the current or last outage
  Instant last_check;
  Instant since;  // of the present state
};
Result<std::vector<FunctionHealth>> read_function_health(store::Reader& reader);

}  // namespace millrace::health
