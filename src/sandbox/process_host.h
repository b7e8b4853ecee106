// ProcessHost: the FunctionHost that runs functions as sandboxed processes. It owns all
// environments, decides which one serves an invoke (a warm one first, else a new one, else 429),
// reclaims idle ones, and starts them on one thread of its own, which lives as long as they may
// (spawn.h says why).
//
// Threads: as FunctionHost. Environments live on the io threads of the Runtime; an invoke prefers
// one on the thread it came from. Destroy it before Runtime::stop(): it ends all processes and
// waits for that.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "net/runtime.h"
#include "sandbox/doctor.h"
#include "sandbox/function_host.h"
#include "sandbox/runtimes.h"

namespace millrace::sandbox {

class Environment;
struct PendingInvoke;

struct HostOptions {
  RuntimeOptions runtimes;
  int environments_max = 256;
  int64_t idle_timeout_ms = 10 * 60 * 1000;
  int64_t init_timeout_ms = 10'000;
  int64_t freeze_after_ms = 20;
};

class ProcessHost final : public FunctionHost {
 public:
  // Probes the machine (doctor.h). `runtime`, `clock` and `logs` outlive the host.
  static Result<std::unique_ptr<ProcessHost>> open(HostOptions options, net::Runtime& runtime,
                                                   const Clock& clock, LogSink& logs);
  ~ProcessHost() override;

  void invoke(FunctionSpecPtr spec, InvokeRequest request, InvokeCallback done) override;
  void keep_warm(FunctionSpecPtr spec, int count) override;
  void discard(std::string_view revision_key) override;
  Status check_runtime(std::string_view runtime) const override;
  HostStats stats() const override;

  const std::vector<DoctorCheck>& checks() const { return diagnosis_.checks; }

 private:
  class Impl;
  explicit ProcessHost(Diagnosis diagnosis);
  Diagnosis diagnosis_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::sandbox
