// StreamPoller: the event source mappings at work. Reads each enabled mapping's stream as the
// function's role, batches and filters the records, invokes the function, and moves the position on
// once the function has dealt with them. https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
//
// Order within a shard holds: one batch at a time, the next one only when it is done with. A batch
// that fails is retried, split in halves if the mapping says so, from its first failed record if
// the function says so, until its retries or the records' age are used up; then it is passed over.
// The position is on disk before the next batch is sent, so a restart repeats one batch at most.
// Everything runs on the injected clock. Thread safety: free-threaded.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "aws/dynamodbstreams.h"
#include "expr/event_pattern.h"
#include "svc/lambda/mappings.h"
#include "svc/periodic.h"

namespace millrace::lambda {

class StreamPoller {
 public:
  explicit StreamPoller(const svc::Ports& ports);
  ~StreamPoller();

  // Once, after the ports are wired.
  void start() { polling_.start(); }
  // No further batch is sent; what was sent is still done with.
  void stop();

 private:
  struct Pending {
    std::string sequence;
    std::string json;  // as the function gets it
    int64_t created_ms = 0;
    bool is_wanted = true;  // passed the filters
  };
  // The work on one shard of one mapping. Used by one task at a time: `is_busy` says so.
  struct Worker {
    svc::Scope scope;
    MappingRow mapping;
    svc::Caller reader;
    std::string shard;
    std::vector<expr::EventPattern> filters;

    bool is_busy = false;
    bool is_stopped = false;  // its mapping went or changed: nothing more is sent
    bool has_ended = false;   // the shard is closed and read to its end
    std::string iterator;
    bool skip_older_than_mapping = false;
    std::vector<Pending> pending;
    int64_t window_opened_ms = 0;
    int64_t not_before_ms = 0;
    int64_t failures = 0;    // in a row, of any kind: how long to wait
    int64_t retries = 0;     // of function errors: what MaximumRetryAttempts counts
    size_t batch_limit = 0;  // while a failed batch is split; 0: the mapping's own
  };
  using WorkerPtr = std::shared_ptr<Worker>;

  void tick();
  // The workers of all enabled mappings, as they are now; stops those whose mapping went or
  // changed, and forgets them when their batch is done.
  void find_work();
  void add_mapping(const svc::Scope& scope, MappingRow row, const std::string& text);
  void step(const WorkerPtr& worker);
  bool fetch(Worker& worker);
  Status open_iterator(Worker& worker);
  void take_record(Worker& worker, const aws::dynamodbstreams::Record& record);
  void send(const WorkerPtr& worker);
  void finish(const WorkerPtr& worker, size_t count, Result<svc::FunctionAnswer> answer);
  void fail(const WorkerPtr& worker, size_t count, bool counts_as_retry);
  // The first `count` records are done with: remembers that on disk, then goes on.
  void advance(const WorkerPtr& worker, size_t count);
  void release(const WorkerPtr& worker);
  bool is_stopped(const Worker& worker);

  const svc::Ports& ports_;
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  std::mutex mutex_;
  struct Known {
    std::string text;  // the mapping's row: a change starts its workers afresh
    std::vector<WorkerPtr> workers;
    bool is_stopped = false;

    bool is_busy() const;
    void stop();
  };
  std::map<std::string, Known> mappings_;  // by row key
  bool is_stopping_ = false;
  int idle_ticks_ = 0;  // in a row
  svc::Periodic polling_;
};

}  // namespace millrace::lambda
