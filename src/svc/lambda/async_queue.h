// AsyncQueue: events that were accepted for later (InvocationType Event, rules, notifications). An
// event is on disk before it is acknowledged, and leaves the disk when its function has run well,
// or when its retries or its age are used up: then its failure goes to the destination, if the
// function has one.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
//
// A function error is retried twice, after one minute and after two more. Throttling and our own
// failures are retried with growing delay for as long as the event may live.
// Everything runs on the injected clock. Events that were being worked on when the server died are
// worked on again: at least once, as on AWS.
//
// Rows: ("async", due ms:u64, id:string) -> AsyncEvent as JSON. Thread safety: free-threaded.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "svc/lambda/records.h"

namespace millrace::lambda {

class Invoker;

struct AsyncEvent {
  std::string function_arn;
  std::string payload;
  std::string request_id;
  std::string client_context;
  std::string trace_header;
  int64_t created_ms = 0;
  int64_t function_errors = 0;  // how often it ran and failed
  int64_t throttles = 0;
};

class AsyncQueue {
 public:
  AsyncQueue(const svc::Ports& ports, Invoker& invoker);
  ~AsyncQueue();

  void start();
  // `done` once it is on disk.
  void enqueue(svc::FunctionCall call, std::function<void(Status)> done);

 private:
  struct Limits {
    int64_t retries_max;
    int64_t age_max_ms;
    std::string on_failure;
    std::string on_success;
  };
  struct Work {
    svc::Scope scope;
    std::string key;
    AsyncEvent event;
  };

  void wake(const svc::Scope& scope);
  void look(const svc::Scope& scope);
  void take(Work work);
  void finish(const Work& work, Result<svc::FunctionAnswer> answer);
  // Removes the row, or moves it to `due_ms`.
  void settle(const Work& work, std::optional<int64_t> due_ms);
  Limits limits_of(const Work& work);
  void send_to(const std::string& destination, const Work& work, std::string_view condition,
               const Result<svc::FunctionAnswer>& answer);

  const svc::Ports& ports_;
  Invoker& invoker_;
  // Lets what was posted find out that the queue is gone.
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  std::mutex mutex_;
  std::set<std::string> working_;         // row keys
  std::map<svc::Scope, int64_t> timers_;  // the earliest wake-up that is set, by due ms
};

}  // namespace millrace::lambda
