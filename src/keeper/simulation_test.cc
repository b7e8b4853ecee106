#include "keeper/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "codec/attribute_value_json.h"

namespace millrace::keeper {
namespace {

constexpr char kSource[] = "source";
constexpr char kTarget[] = "target";
constexpr char kCoordination[] = "coordination";

bool tracing() {
  static const bool wanted = std::getenv("MILLRACE_SIMULATION_TRACE") != nullptr;
  return wanted;
}

std::string json_of(const std::optional<codec::Item>& item) {
  std::string out;
  if (item) codec::append_json(out, *item);
  return out;
}

template <class Op>
const typename Op::Input* input_of(const Request& request) {
  if (request.operation != &Op::kDescription) return nullptr;
  return static_cast<const typename Op::Input*>(request.input.get());
}

// What a transaction is for, by the row that its first action is about.
enum class Purpose : uint8_t { kOther, kCopy, kTail, kRetry };
Purpose purpose_of(const Request& request) {
  const auto* input = input_of<aws::dynamodb::TransactWriteItems>(request);
  if (input == nullptr || input->transact_items.empty()) return Purpose::kOther;
  const auto& first = input->transact_items.front();
  const codec::Item* key = first.update            ? &first.update->key
                           : first.condition_check ? &first.condition_check->key
                                                   : nullptr;
  if (key == nullptr) return Purpose::kOther;
  const std::string row = text_of(*key, "k");
  if (row.starts_with("C#")) return Purpose::kCopy;
  if (row.starts_with("S#")) return Purpose::kTail;
  // What was parked is tried again as the owner, together with its row and its image.
  return row == "META" && input->transact_items.back().put &&
                 input->transact_items.back().put->table_name == kTarget
             ? Purpose::kRetry
             : Purpose::kOther;
}

}  // namespace

Simulation::Simulation(uint64_t seed, Protections protections)
    : rng_(seed), model_(clock_), protections_(protections) {
  model_.on_change = [this](const auto& table, const auto& key, const auto& item) {
    on_change(table, key, item);
  };
  model_.make_table(kSource, {"pk"});
  model_.honours_tokens = chance(2);
  keys_ = 3 + static_cast<int>(rng_.next() % 14);
  fault_rate_ = 3 + rng_.next() % 12;   // one in so many calls
  slow_rate_ = 2 + rng_.next() % 8;     // one in so many messages
  retire_rate_ = 2 + rng_.next() % 20;  // one in so many writes is the last of its key
  copy_rate_ = chance(2) ? 1000 : 20;
  poison_rate_ = chance(2) ? 2 + rng_.next() % 10 : 1'000'000;
  model_.names_refused = !chance(3);
  model_.refuses = [this](const std::string& table, const codec::Item& item) {
    return refuses_ && table == kTarget && item.contains("poison");
  };
  writes_until_ = static_cast<int>(rng_.next() % 200);
  for (int i = 0; i < keys_; ++i) {
    if (!chance(4)) write("k" + std::to_string(i), false);
  }
}

std::string Simulation::run() {
  start_worker("first");
  for (int step = 0; step < 220 && wrong_.empty(); ++step) {
    if (step < writes_until_ && chance(2)) application_writes();
    if (chance(40)) model_.roll_shards(rng_);
    if (chance(30)) refuses_ = !refuses_;
    if (chance(50)) crash_or_pause();
    advance(1 + static_cast<int64_t>(rng_.next() % 40));
  }
  faults_ = false;
  refuses_ = false;
  workers_.clear();
  start_worker("last");
  for (int step = 0; step < 4000 && wrong_.empty(); ++step) {
    advance(25);
    if (step > 40 && is_done()) return compare();
    if (workers_.empty()) start_worker("last");
  }
  return wrong_.empty() ? unfinished() : wrong_;
}

std::string Simulation::name_of(const codec::Item& item) { return text_of(item, "pk"); }

void Simulation::write(const std::string& name, bool erases) {
  if (retired_.contains(name)) return;
  last_write_ms_ = clock_.now().ms();
  codec::Item item{{"pk", codec::AttributeValue::of_s(name)}};
  if (erases) {
    model_.erase(kSource, item);
  } else {
    item["v"] = codec::AttributeValue::of_n(codec::Decimal(++version_));
    if (chance(poison_rate_)) item["poison"] = codec::AttributeValue::of_bool(true);
    model_.put(kSource, std::move(item));
  }
}

void Simulation::application_writes() {
  const std::string name = "k" + std::to_string(rng_.next() % static_cast<uint64_t>(keys_));
  write(name, chance(3));
  if (chance(retire_rate_)) retired_.insert(name);
}

void Simulation::lie_in_ambush(const Request& request,
                               const Result<std::shared_ptr<void>>& answer) {
  if (request.side != Side::kSource || !answer.ok()) return;
  if (const auto* get = input_of<aws::dynamodb::GetItem>(request)) {
    // Around the time at which it is written, which is a second or two later.
    ambushes_.emplace(later(3000), Ambush{name_of(get->key), chance(2)});
  }
  if (input_of<aws::dynamodb::Scan>(request) == nullptr) return;
  const auto& output = *static_cast<const aws::dynamodb::ScanOutput*>(answer->get());
  for (const codec::Item& item : *output.items) {
    if (chance(3)) {
      ambushes_.emplace(later(chance(2) ? 5 : 80), Ambush{name_of(item), !chance(3)});
    }
  }
}

void Simulation::spring_ambushes() {
  while (!ambushes_.empty() && ambushes_.begin()->first <= clock_.monotonic_us()) {
    const Ambush ambush = ambushes_.extract(ambushes_.begin()).mapped();
    write(ambush.key, ambush.erases);
    if (chance(2)) retired_.insert(ambush.key);
  }
}

void Simulation::start_worker(const std::string& owner) {
  TaskConfig config;
  config.source_region = "us-east-1";
  config.source_table = kSource;
  config.target_region = "eu-west-1";
  config.target_table = kTarget;
  config.coordination_table = kCoordination;
  config.owner = owner;
  config.segments = 2;
  config.lease_ms = 150;
  config.beat_ms = 60;
  config.poll_ms = 10;
  config.discovery_ms = 200;
  config.copy_items_per_s = copy_rate_;
  config.protections = protections_;
  workers_.push_back(
      {.worker = std::make_unique<Worker>(config, clock_, rng_), .id = ++next_worker_});
  if (tracing()) trace(fmt::format("worker {} starts", next_worker_));
  workers_.back().worker->start();
}

// The end of a process; or its stopping for so long that another takes over.
void Simulation::crash_or_pause() {
  if (workers_.empty()) {
    start_worker("again" + std::to_string(next_worker_));
    return;
  }
  if (chance(2)) {
    workers_.front().paused_until_us = later(3000);
  } else {
    workers_.pop_front();
  }
  if (workers_.size() < 3) start_worker("again" + std::to_string(next_worker_ / 2));
}

void Simulation::send(uint64_t worker, Scheduler::Call call) {
  Message message{.sender = worker, .call = call.id, .request = std::move(call.request)};
  if (faults_) {
    repeat_late(message);
    if (chance(fault_rate_)) add_fault(message);
  }
  // Some are slow, so that others overtake.
  network_.emplace(later(chance(slow_rate_) ? 250 : 8), std::move(message));
}

// Some writes arrive once more, when they have been forgotten.
void Simulation::repeat_late(const Message& message) {
  uint64_t one_in = 0, ms = 0;
  switch (purpose_of(message.request)) {
    case Purpose::kCopy: one_in = 6, ms = 6000; break;
    case Purpose::kTail: one_in = 10, ms = 500; break;
    case Purpose::kRetry: one_in = 2, ms = 3000; break;
    case Purpose::kOther: return;
  }
  if (!chance(one_in)) return;
  Message again = message;
  again.call = 0;
  network_.emplace(later(ms), std::move(again));
}

void Simulation::add_fault(Message& message) {
  switch (rng_.next() % 6) {
    case 0:  // the request is lost
      message.arrives = false;
      break;
    case 1:  // the answer is lost
      message.answers = false;
      break;
    case 2:    // the connection breaks, and the request arrives much later all the same
    case 3: {  // the request arrives twice
      Message late = message;
      late.call = 0;
      network_.emplace(later(2500), std::move(late));
      message.arrives = chance(2);
      break;
    }
    case 4: message.refusal = Error("ThrottlingException", 400, "Rate exceeded"); break;
    default:
      if (input_of<aws::dynamodbstreams::GetRecords>(message.request) != nullptr) {
        message.refusal = Error("ExpiredIteratorException", 400, "expired");
      } else if (input_of<aws::dynamodb::TransactWriteItems>(message.request) != nullptr) {
        message.refusal =
            Error("TransactionCanceledException", 400, "cancelled")
                .with_member("CancellationReasons", R"([{"Code":"TransactionConflict"}])");
      }
  }
}

Result<std::shared_ptr<void>> Simulation::serve(const Message& message) {
  serving_ = message.sender;
  serving_transaction_ = input_of<aws::dynamodb::TransactWriteItems>(message.request) != nullptr;
  auto answer = model_.handle(message.request);
  serving_ = 0;
  serving_transaction_ = false;
  if (faults_) lie_in_ambush(message.request, answer);
  return answer;
}

void Simulation::deliver_due() {
  while (!network_.empty() && network_.begin()->first <= clock_.monotonic_us()) {
    Message message = network_.extract(network_.begin()).mapped();
    if (!message.answer) {
      message.answer = Error("ConnectionError", 500, "broken");
      if (message.refusal) {
        message.answer = *message.refusal;
      } else if (message.arrives) {
        auto answer = serve(message);
        if (message.answers) message.answer = std::move(answer);
      }
      if (message.call == 0) continue;
      if (chance(slow_rate_)) {
        network_.emplace(later(250), std::move(message));
        continue;
      }
    }
    for (Running& running : workers_) {
      if (running.id == message.sender) {
        running.worker->on_reply(message.call, std::move(*message.answer));
        break;
      }
    }
  }
}

void Simulation::advance(int64_t ms) {
  clock_.advance_ms(ms);
  spring_ambushes();
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
      if (tracing()) trace(fmt::format("worker {} ends: {}", it->id, last_failure_));
      it = workers_.erase(it);
    } else {
      ++it;
    }
  }
}

bool Simulation::is_done() const {
  if (workers_.empty() || !ambushes_.empty()) return false;
  for (const auto& [at, message] : network_) {
    if (message.sender != workers_.back().id) return false;  // something old is still under way
  }
  const ReplicationStatus progress = workers_.back().worker->progress();
  // The lag's promise: what was written before then is at the target.
  return progress.state == "live" && progress.lag_ms >= 0 && progress.parked == 0 &&
         clock_.now().ms() - progress.lag_ms > last_write_ms_;
}

std::string Simulation::compare() const {
  const auto text = [](const ModelDynamoDb::Table& table) {
    std::string out;
    for (const auto& [key, item] : table.items)
      out += json_of(item) + '\n';
    return out;
  };
  const std::string source = text(*model_.table(kSource));
  const std::string target = text(*model_.table(kTarget));
  return source == target ? "" : "source:\n" + source + "target:\n" + target;
}

std::string Simulation::unfinished() const {
  std::string out = "does not end; last failure: " + last_failure_;
  for (const Running& running : workers_) {
    const ReplicationStatus status = running.worker->progress();
    out += fmt::format("; {} lag {} ms, {} shards, {} of {} segments, {} parked", status.state,
                       status.lag_ms, status.shards, status.segments_done, status.segments,
                       status.parked);
  }
  return out + fmt::format("; {} messages under way", network_.size());
}

void Simulation::on_change(const std::string& table, const std::string& key,
                           const std::optional<codec::Item>& item) {
  if (tracing()) trace(fmt::format("worker {}: {} {} = {}", serving_, table, key, json_of(item)));
  if (table == kSource) {
    histories_[key].images.push_back(json_of(item));
  } else if (table == kTarget) {
    check_progress(key, json_of(item));
  } else if (item && text_of(*item, "k") == "META") {
    note_meta(*item);
  } else if (item && serving_transaction_ && item->contains("fence")) {
    check_fence(*item);
  }
}

void Simulation::note_meta(const codec::Item& meta) {
  const int64_t fence = number_of(meta, "fence");
  auto& claimed = fences_[serving_];
  claimed = std::max(claimed, fence);
  if (live_ms_ == 0 && text_of(meta, "state") == "LIVE") live_ms_ = clock_.now().ms();
  if (ready_ || live_ms_ == 0 || number_of(meta, "wm") < live_ms_) return;
  ready_ = true;
  for (auto& [key, history] : histories_) {
    const auto& items = model_.table(kTarget)->items;
    const auto found = items.find(key);
    const std::string image = found == items.end() ? "" : json_of(found->second);
    history.target = 0;
    check_progress(key, image);
  }
}

// A row may be made or moved in a transaction only by the owner whose fence it carries.
void Simulation::check_fence(const codec::Item& row) {
  if (number_of(row, "fence") == fences_[serving_]) return;
  fail(fmt::format("the worker with fence {} has moved a row behind fence {}: {}",
                   fences_[serving_], number_of(row, "fence"), json_of(row)));
}

void Simulation::check_progress(const std::string& key, const std::string& image) {
  if (!ready_) return;
  History& history = histories_[key];
  const auto begin = history.images.begin() + static_cast<std::ptrdiff_t>(history.target);
  const auto found = std::find(begin, history.images.end(), image);
  if (found == history.images.end()) {
    fail(fmt::format("{} became \"{}\" at the target, which it was not at the source after \"{}\"",
                     key, image, *begin));
    return;
  }
  history.target = static_cast<size_t>(found - history.images.begin());
}

void Simulation::trace(std::string_view what) const {
  fmt::print(stderr, "{:8} {}\n", clock_.monotonic_us() / 1000, what);
}

void Simulation::fail(std::string what) {
  if (wrong_.empty()) wrong_ = std::move(what);
}

}  // namespace millrace::keeper
