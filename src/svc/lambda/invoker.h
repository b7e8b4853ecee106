// Invoker: how functions are called, by whomever: the Invoke operation, the gateway, a rule, a
// stream, the asynchronous queue. It finds the function, asks whether the caller may, counts
// concurrency, hands the invoke to the FunctionHost, and records metrics and what it would cost.
//
// Thread safety: free-threaded. Holds no thread while a function runs. Outlives all its invokes:
// the FunctionHost is destroyed first.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "sandbox/function_host.h"
#include "svc/lambda/records.h"

namespace millrace::lambda {

// A revision of a function, ready to run.
struct Prepared {
  FunctionRef ref;
  std::string version;
  sandbox::FunctionSpecPtr spec;
  std::optional<int64_t> reserved_concurrency;
};

class AsyncQueue;

class Invoker final : public svc::FunctionInvoker {
 public:
  // `ports` outlives the invoker.
  explicit Invoker(const svc::Ports& ports);
  ~Invoker() override;

  void invoke(svc::FunctionCall call,
              std::function<void(Result<svc::FunctionAnswer>)> done) override;
  void invoke_async(svc::FunctionCall call, std::function<void(Status)> done) override;

  // Takes up what the asynchronous queue held when the server ended. Once, after the ports are
  // wired.
  void start();
  // The asynchronous queue runs nothing more.
  void stop();
  // Waits until nothing runs, at most this long.
  void drain(int64_t ms_max);

  void check(svc::FunctionCall call, std::function<void(Status)> done) override;
  void keep_warm(const svc::Scope& scope, const std::string& function_arn, int environments,
                 std::function<void(Status)> done) override;

 private:
  struct Cached {
    std::string text;
    sandbox::FunctionSpecPtr spec;
    std::optional<int64_t> reserved_concurrency;
  };
  using Done = std::function<void(Result<svc::FunctionAnswer>)>;

  Result<Prepared> prepare(store::Reader& reader, const svc::FunctionCall& call);
  Status authorize(store::Reader& reader, const svc::FunctionCall& call, const FunctionRef& ref);
  Result<Cached> spec_for(store::Reader& reader, const FunctionRef& ref, const Resolved& found);
  Status enter(const Prepared& prepared);
  int64_t leave(const Prepared& prepared);
  void run(Prepared prepared, svc::FunctionCall call, Done done);
  void record(const Prepared& prepared, const sandbox::InvokeResult& result, int64_t concurrent);

  struct Warm {
    svc::Scope scope;
    int environments = 0;
    std::string revision_key;
  };
  Status apply_warm(const std::string& function_arn, Warm& warm);
  void refresh_warm();

  const svc::Ports& ports_;
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  std::unique_ptr<AsyncQueue> queue_;
  std::mutex warm_mutex_;
  std::unordered_map<std::string, Warm> warm_;  // by function ARN as given
  std::mutex mutex_;
  std::condition_variable idle_;                                          // nothing runs
  std::unordered_map<std::string, std::shared_ptr<const Cached>> cache_;  // by row key
  std::unordered_map<std::string, int64_t> running_;                      // by unqualified ARN
  std::unordered_map<std::string, int64_t> running_in_scope_;
};

// The function's log lines, into the log service.
class FunctionLogs final : public sandbox::LogSink {
 public:
  explicit FunctionLogs(const svc::Ports& ports) : ports_(ports) {}
  void append(const sandbox::LogTarget& target, std::vector<sandbox::LogEvent> events) override;

 private:
  const svc::Ports& ports_;
};

}  // namespace millrace::lambda
