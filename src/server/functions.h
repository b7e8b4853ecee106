// Functions: what running functions takes, put together: the process host, the code cache, the
// invoker with its asynchronous queue, and the stream pollers.
//
// Probing the machine's sandbox takes some tens of milliseconds, so it is done beside the server's
// start: invokes that come earlier wait for it.
// Thread safety: free-threaded between start() and stop(); stop() before the Runtime stops.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/runtime.h"
#include "sandbox/archive.h"
#include "sandbox/process_host.h"
#include "svc/lambda/invoker.h"
#include "svc/lambda/stream_poller.h"

namespace millrace::server {

struct FunctionOptions {
  std::string node;  // programs; empty: from the usual folders
  std::string python;
  std::string node_modules;  // what AWS's runtimes carry
  std::string python_packages;
  int environments_max = 256;
};

// A FunctionHost that opens the real one in the background.
class LateFunctionHost final : public sandbox::FunctionHost {
 public:
  using Open = std::function<Result<std::unique_ptr<sandbox::ProcessHost>>()>;

  // Runs `open` on a worker of `runner`.
  void start(TaskRunner& runner, Open open);
  // Waits for the opening and for calls that are under way; ends the host.
  void stop();

  void invoke(sandbox::FunctionSpecPtr spec, sandbox::InvokeRequest request,
              sandbox::InvokeCallback done) override;
  void keep_warm(sandbox::FunctionSpecPtr spec, int count) override;
  void discard(std::string_view revision_key) override;
  // Waits for the host: for operations that run on workers.
  Status check_runtime(std::string_view runtime) const override;
  sandbox::HostStats stats() const override;

 private:
  // Runs `use` with the host, or with the reason why there is none, now or once it is there.
  void with_host(std::function<void(Result<sandbox::ProcessHost*>)> use);

  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  bool is_started_ = false;
  bool is_open_ = false;
  bool is_stopped_ = false;
  int in_use_ = 0;  // calls of the host under way
  std::condition_variable unused_;
  std::unique_ptr<sandbox::ProcessHost> host_;
  std::optional<Error> failure_;
  std::vector<std::function<void(Result<sandbox::ProcessHost*>)>> waiting_;
};

class Functions {
 public:
  // `runtime` and `ports` outlive this. Fills its places in `ports`.
  Functions(FunctionOptions options, std::string data_dir, net::Runtime& runtime,
            svc::Ports& ports);

  // Once all ports are wired.
  void start();
  // The queue and the pollers begin nothing more. Before stop().
  void stop_background();
  // Waits for what runs, at most `drain_ms`, then ends all processes. What that cuts off is
  // answered as not run, and is run again after the next start.
  void stop(int64_t drain_ms);

  sandbox::HostStats stats() const { return host_.stats(); }

 private:
  const FunctionOptions options_;
  const std::string data_dir_;
  net::Runtime& runtime_;
  const svc::Ports& ports_;
  lambda::FunctionLogs logs_;
  sandbox::DiskCodeCache code_;
  LateFunctionHost host_;
  lambda::Invoker invoker_;
  lambda::StreamPoller poller_;
};

}  // namespace millrace::server
