// Deterministic simulation of a replication: a worker against a model of DynamoDB, over a network
// that loses, delays and repeats, with crashes, pauses and takeovers anywhere. After the faults the
// target must be the source, item by item. A failing seed is printed and replays exactly:
//
//   MILLRACE_SIMULATION_SEED=1234 keeper_test --gtest_filter='Simulation.*'
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <list>

#include "codec/attribute_value_json.h"
#include "keeper/model_dynamodb.h"
#include "keeper/worker.h"

namespace millrace::keeper {
namespace {

constexpr char kSource[] = "source";
constexpr char kTarget[] = "target";
constexpr int kKeys = 7;

class Simulation {
 public:
  Simulation(uint64_t seed, Protections protections)
      : rng_(seed), model_(clock_), protections_(protections) {
    model_.make_table(kSource, {"pk"});
    model_.honours_tokens = chance(2);
    fault_rate_ = 3 + rng_.next() % 12;  // one in so many calls
    writes_until_ = static_cast<int>(rng_.next() % 200);
    const int initial = static_cast<int>(rng_.next() % (kKeys + 1));
    for (int i = 0; i < initial; ++i)
      application_writes();
  }

  // Empty, or what is wrong.
  std::string run() {
    start_worker("first");
    for (int step = 0; step < 260; ++step) {
      // Later writes would heal what went wrong early: in most runs they end soon.
      if (step < writes_until_ && chance(2)) application_writes();
      if (chance(40)) model_.roll_shards(rng_);
      if (chance(60)) crash_or_pause();
      advance(1 + static_cast<int64_t>(rng_.next() % 40));
    }
    faults_ = false;
    workers_.clear();
    start_worker("last");
    for (int step = 0; step < 4000; ++step) {
      advance(25);
      if (step > 40 && is_done()) return compare();
      if (workers_.empty()) start_worker("last");
    }
    std::string out = "does not end; last failure: " + last_failure_;
    for (const Running& running : workers_) {
      const ReplicationStatus status = running.worker->progress();
      out += fmt::format("; {} lag {} ms, {} shards, {} of {} segments", status.state,
                         status.lag_ms, status.shards, status.segments_done, status.segments);
    }
    return out + fmt::format("; {} messages under way", network_.size());
  }

 private:
  struct Running {
    std::unique_ptr<Worker> worker;
    uint64_t id;
    int64_t paused_until_us = 0;
  };
  struct Message {
    int64_t at_us;
    uint64_t worker;  // 0: nobody waits for the answer
    uint64_t call;
    bool arrives;  // the request reaches the server
    bool answers;  // the answer reaches the worker, else a broken connection does
    Request request;
  };

  bool chance(uint64_t one_in) { return rng_.next() % one_in == 0; }

  void application_writes() {
    const std::string name = "k" + std::to_string(rng_.next() % kKeys);
    const codec::Item key{{"pk", codec::AttributeValue::of_s(name)}};
    if (chance(3)) {
      model_.erase(kSource, key);
      return;
    }
    codec::Item item = key;
    item["v"] = codec::AttributeValue::of_n(codec::Decimal(++version_));
    model_.put(kSource, std::move(item));
  }

  void start_worker(const std::string& owner) {
    TaskConfig config;
    config.source_region = "us-east-1";
    config.source_table = kSource;
    config.target_region = "eu-west-1";
    config.target_table = kTarget;
    config.coordination_table = "coordination";
    config.owner = owner;
    config.segments = 2;
    config.lease_ms = 150;
    config.beat_ms = 60;
    config.poll_ms = 10;
    config.discovery_ms = 200;
    config.copy_items_per_s = 1000;
    config.protections = protections_;
    workers_.push_back(
        {.worker = std::make_unique<Worker>(config, clock_, rng_), .id = ++next_worker_});
    workers_.back().worker->start();
  }

  // The end of a process; or its stopping for so long that another takes over.
  void crash_or_pause() {
    if (workers_.empty()) {
      start_worker("again" + std::to_string(next_worker_));
      return;
    }
    if (chance(2)) {
      workers_.front().paused_until_us =
          clock_.monotonic_us() + 1000 * static_cast<int64_t>(rng_.next() % 3000);
    } else {
      workers_.pop_front();
    }
    if (workers_.size() < 3) start_worker("again" + std::to_string(next_worker_ / 2));
  }

  void send(uint64_t worker, Scheduler::Call call) {
    const auto later = [&](uint64_t ms) {
      return clock_.monotonic_us() + static_cast<int64_t>(1000 * (1 + rng_.next() % ms));
    };
    Message message{.at_us = later(chance(4) ? 250 : 8),  // some are slow, so that others overtake
                    .worker = worker,
                    .call = call.id,
                    .arrives = true,
                    .answers = true,
                    .request = std::move(call.request)};
    if (faults_ && chance(fault_rate_)) {
      switch (rng_.next() % 4) {
        case 0:  // the request is lost
          message.arrives = false;
          message.answers = false;
          break;
        case 1:  // the answer is lost
          message.answers = false;
          break;
        case 2: {  // the connection breaks, and the request arrives much later all the same
          Message late = message;
          late.at_us = later(2500);
          late.worker = 0;
          network_.push_back(std::move(late));
          message.arrives = false;
          message.answers = false;
          break;
        }
        default: {  // the request arrives twice
          Message again = message;
          again.at_us = later(2500);
          again.worker = 0;
          network_.push_back(std::move(again));
        }
      }
    }
    network_.push_back(std::move(message));
  }

  void deliver_due() {
    for (auto it = network_.begin(); it != network_.end();) {
      if (it->at_us > clock_.monotonic_us()) {
        ++it;
        continue;
      }
      Message message = std::move(*it);
      it = network_.erase(it);
      Result<std::shared_ptr<void>> reply = Error("ConnectionError", 500, "broken");
      if (message.arrives) {
        auto answer = model_.handle(message.request);
        if (message.answers) reply = std::move(answer);
      }
      for (Running& running : workers_) {
        if (running.id == message.worker) running.worker->on_reply(message.call, std::move(reply));
      }
    }
  }

  void advance(int64_t ms) {
    clock_.advance_ms(ms);
    deliver_due();
    for (auto it = workers_.begin(); it != workers_.end();) {
      if (it->paused_until_us > clock_.monotonic_us()) {
        ++it;
        continue;
      }
      for (Scheduler::Call& call : it->worker->take_calls())
        send(it->id, std::move(call));
      if (it->worker->failure()) {
        last_failure_ = it->worker->failure()->to_string();
        it = workers_.erase(it);
      } else {
        ++it;
      }
    }
  }

  bool is_done() const {
    if (workers_.empty()) return false;
    for (const Message& message : network_) {
      if (message.worker != workers_.back().id) return false;  // something old is still under way
    }
    const ReplicationStatus progress = workers_.back().worker->progress();
    return progress.state == "live" && progress.lag_ms >= 0 && progress.lag_ms < 200;
  }

  std::string compare() const {
    const auto text = [](const ModelDynamoDb::Table& table) {
      std::string out;
      for (const auto& [key, item] : table.items) {
        codec::append_json(out, item);
        out += '\n';
      }
      return out;
    };
    const std::string source = text(*model_.table(kSource));
    const std::string target = text(*model_.table(kTarget));
    return source == target ? "" : "source:\n" + source + "target:\n" + target;
  }

  ManualClock clock_;
  SeededRng rng_;
  ModelDynamoDb model_;
  Protections protections_;
  uint64_t fault_rate_;
  bool faults_ = true;
  int writes_until_ = 0;
  int64_t version_ = 0;
  uint64_t next_worker_ = 0;
  std::list<Running> workers_;
  std::list<Message> network_;
  std::string last_failure_;
};

TEST(Simulation, TheTargetBecomesTheSource) {
  if (const char* seed = std::getenv("MILLRACE_SIMULATION_SEED")) {
    EXPECT_EQ(Simulation(std::strtoull(seed, nullptr, 10), {}).run(), "");
    return;
  }
  // A few in every run of the tests; MILLRACE_SIMULATION_SEEDS=2000 for a real look (a minute).
  const char* wanted = std::getenv("MILLRACE_SIMULATION_SEEDS");
  const uint64_t seeds = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 200;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    ASSERT_EQ(Simulation(seed, {}).run(), "") << "seed " << seed;
  }
}

// A protection turned off must be noticed: else either it is not needed or the simulation is blind.
class Mutation : public ::testing::TestWithParam<std::pair<const char*, bool Protections::*>> {};

TEST_P(Mutation, IsCaught) {
  Protections protections;
  protections.*GetParam().second = false;
  constexpr uint64_t kSeedsMax = 3000;
  for (uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
    if (!Simulation(seed, protections).run().empty()) {
      RecordProperty("seed", static_cast<int>(seed));
      return;
    }
  }
  ADD_FAILURE() << "no seed up to " << kSeedsMax << " notices that " << GetParam().first
                << " is missing";
}

// Not here: copy_fence, which is caught but takes long, and tombstones, copy_if_absent and
// shard_fence, whose absence this network does not show yet.
INSTANTIATE_TEST_SUITE_P(All, Mutation,
                         ::testing::Values(std::pair("shard_checkpoint",
                                                     &Protections::shard_checkpoint),
                                           std::pair("shard_phase", &Protections::shard_phase),
                                           std::pair("parent_first", &Protections::parent_first)),
                         [](const auto& info) { return std::string(info.param.first); });

}  // namespace
}  // namespace millrace::keeper
