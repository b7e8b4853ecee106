// Deterministic simulation of a replication: workers against a model of DynamoDB, over a network
// that loses, delays and repeats, with crashes, pauses and takeovers anywhere, and an application
// that writes where it hurts: to items that the copy has just read, and then never again, so that
// nothing heals by itself. Some items are refused by the target for a while. One seed is
// one run, replayed exactly. For tests.
#pragma once

#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "keeper/model_dynamodb.h"
#include "keeper/worker.h"

namespace millrace::keeper {

class Simulation {
 public:
  Simulation(uint64_t seed, Protections protections);

  // Empty, or what is wrong:
  // - after the faults the target is not the source, item by item, or that is never reached;
  // - a former owner moved a shard's or a segment's row although a new one had raised its fence;
  // - once the target was as new as its copy, a key went back in time or took a value that the
  //   source never had.
  std::string run();

 private:
  struct Running {
    std::unique_ptr<Worker> worker;
    uint64_t id;
    int64_t paused_until_us = 0;
  };
  // A request on its way, or its answer on the way back.
  struct Message {
    uint64_t sender;
    uint64_t call = 0;             // 0: nobody waits for the answer
    bool arrives = true;           // the request reaches the server
    bool answers = true;           // the answer reaches the worker, else a broken connection does
    std::optional<Error> refusal;  // the server is busy
    Request request;
    std::optional<Result<std::shared_ptr<void>>> answer;
  };
  // What a key has been at the source, and where the target stands in that.
  struct History {
    std::vector<std::string> images{""};  // "": absent
    size_t target = 0;
  };
  struct Ambush {
    std::string key;
    bool erases;
  };

  bool chance(uint64_t one_in) { return rng_.next() % one_in == 0; }
  int64_t later(uint64_t ms) {
    return clock_.monotonic_us() + static_cast<int64_t>(1000 * (1 + rng_.next() % ms));
  }
  static std::string name_of(const codec::Item& item);

  void write(const std::string& key, bool erases);
  void application_writes();
  // These items have just been read, by the copy or to try again what was parked.
  void lie_in_ambush(const Request& request, const Result<std::shared_ptr<void>>& answer);
  void spring_ambushes();

  void start_worker(const std::string& owner);
  void crash_or_pause();
  void send(uint64_t worker, Scheduler::Call call);
  void repeat_late(const Message& message);
  void add_fault(Message& message);
  void deliver_due();
  Result<std::shared_ptr<void>> serve(const Message& message);
  void advance(int64_t ms);
  bool is_done() const;
  std::string compare() const;
  std::string unfinished() const;

  // Oracles, as the model's items change.
  void on_change(const std::string& table, const std::string& key,
                 const std::optional<codec::Item>& item);
  void check_fence(const codec::Item& row);
  void check_progress(const std::string& key, const std::string& image);
  void note_meta(const codec::Item& meta);
  void fail(std::string what);
  // Tells on stderr what happens. Costly: only when tracing().
  void trace(std::string_view what) const;

  ManualClock clock_;
  SeededRng rng_;
  ModelDynamoDb model_;
  Protections protections_;
  int keys_;
  uint64_t fault_rate_, slow_rate_, retire_rate_;
  double copy_rate_;
  bool faults_ = true;
  uint64_t poison_rate_;  // one in so many puts is refused by the target, at times
  bool refuses_ = true;
  int writes_until_ = 0;
  int64_t version_ = 0;
  int64_t last_write_ms_ = 0;
  uint64_t next_worker_ = 0;
  std::list<Running> workers_;
  std::multimap<int64_t, Message> network_;  // by arrival
  std::multimap<int64_t, Ambush> ambushes_;
  std::set<std::string> retired_;       // keys that are not written any more
  std::map<uint64_t, int64_t> fences_;  // of workers that have claimed the task
  uint64_t serving_ = 0;                // whose request the model is working on
  bool serving_transaction_ = false;
  std::map<std::string, History> histories_;
  int64_t live_ms_ = 0;  // when META said LIVE
  bool ready_ = false;   // and its watermark passed that
  std::string wrong_;
  std::string last_failure_;
};

}  // namespace millrace::keeper
