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
// What waits is known in memory by key and function, so that finding what is next reads nothing.
// Beyond kKnownMax events the rest is on disk only, and read when the known ones become few.
// Functions take turns, and none holds more than half of the free places: a slow one does not hold
// up the others.
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
#include <vector>

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

  // Takes up what an earlier run has left.
  void start();
  // Nothing new is run; what runs is still settled. Events are taken and kept for the next start.
  void stop() { is_stopping_ = true; }
  // `done` once it is on disk.
  void enqueue(svc::FunctionCall call, std::function<void(Status)> done);

 private:
  struct Limits {
    int64_t retries_max;
    int64_t age_max_ms;
    std::string on_failure;
    std::string on_success;
  };
  // A function as it was named in a scope.
  struct Target {
    svc::Scope scope;
    std::string function_arn;
    auto operator<=>(const Target&) const = default;
  };
  struct Backlog {
    std::set<std::string> waiting;  // row keys, which are ordered by when they are due
    size_t working = 0;
  };
  struct Work {
    Target target;
    std::string key;
    AsyncEvent event;
  };

  void wake();
  void look();
  // Gets to know rows that are on disk only, while there is room.
  void read_on();
  void read_rows(const svc::Scope& scope, const std::string& from);
  void run(Work work);
  void finish(const Work& work, Result<svc::FunctionAnswer> answer);
  // Removes the row, or moves it to `due_ms`.
  void settle(const Work& work, std::optional<int64_t> due_ms);
  // Its place is free; `next_key` is the row that it has become, if any.
  void release(const Work& work, const std::string& next_key);
  Limits limits_of(const Work& work);
  void send_to(const std::string& destination, const Work& work, std::string_view condition,
               const Result<svc::FunctionAnswer>& answer);

  // ---- under mutex_
  void note(Target target, std::string key);
  void note_unread(const svc::Scope& scope, std::string key);
  bool may_work(const Backlog& backlog) const;
  std::vector<Work> take_due(int64_t now_ms);
  std::optional<int64_t> next_timer(int64_t now_ms);

  const svc::Ports& ports_;
  Invoker& invoker_;
  // Lets what was posted find out that the queue is gone.
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  std::atomic<bool> is_stopping_ = false;
  std::atomic<bool> is_look_posted_ = false;

  std::mutex mutex_;
  std::map<Target, Backlog> backlogs_;
  size_t known_ = 0;                          // waiting in all backlogs
  std::set<std::string> working_;             // row keys
  Target last_turn_;                          // whose turn it was
  std::map<svc::Scope, std::string> unread_;  // rows from this key on may be on disk only
  std::optional<int64_t> timer_ms_;           // the earliest wake-up that is set
};

}  // namespace millrace::lambda
