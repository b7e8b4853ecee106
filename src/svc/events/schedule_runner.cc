#include "svc/events/schedule_runner.h"

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "svc/events/deliver.h"

namespace millrace::events {
namespace {

// How many of the list are in memory at a time.
constexpr size_t kBatch = 200;

// The next of the rows that are due, and where to go on; that is empty after the last one.
struct Batch {
  std::vector<DueKey> due;
  std::string next_start;
};
Result<Batch> due_until(store::Store& store, const std::string& start, Instant until) {
  Batch batch;
  auto snapshot = store.snapshot();
  store::KeyRange range = store::prefix_range(due_prefix(Kind::kDue));
  range.start = std::max(range.start, start);
  auto cursor = snapshot->scan(range);
  for (; cursor->valid(); cursor->next()) {
    if (batch.due.size() >= kBatch) {
      batch.next_start = cursor->key();
      return batch;
    }
    auto key = parse_due_key(cursor->key());
    if (!key) {
      spdlog::error("events: a damaged key of the due list is passed over");
      continue;
    }
    if (key->at > until) break;
    batch.due.push_back(std::move(*key));
  }
  MR_TRY(cursor->status());
  return batch;
}

// The rule of a due row, if the row still stands for it; else the row is dropped.
Result<std::optional<Rule>> rule_of(store::Txn& txn, const DueKey& due) {
  MR_ASSIGN(auto rule, find_rule(txn, due.scope, due.rule));
  if (rule && rule->next && *rule->next == due.at) return rule;
  txn.del(due_key(Kind::kDue, due));
  return std::optional<Rule>();
}

void log_failure(const Status& status) {
  if (!status.ok()) spdlog::error("events: schedules: {}", status.error().to_string());
}

}  // namespace

Status ScheduleRunner::run() {
  if (!is_recovered_) {
    MR_TRY(recover());
    is_recovered_ = true;
  }
  return tick();
}

Status ScheduleRunner::for_each_due(Instant until, Status (ScheduleRunner::*use)(const DueKey&)) {
  std::string start;
  do {
    MR_ASSIGN(Batch batch, due_until(*ports_.store, start, until));
    for (const DueKey& due : batch.due)
      log_failure((this->*use)(due));
    start = std::move(batch.next_start);
  } while (!start.empty());
  return ok_status();
}

Status ScheduleRunner::recover() {
  const Instant start = started_at_.value_or(ports_.clock->now());
  MR_TRY(for_each_due(start.plus_ms(-kMissedAfterMs), &ScheduleRunner::pass_over));
  std::vector<Firing> firings;
  {
    auto snapshot = ports_.store->snapshot();
    auto cursor = snapshot->scan(store::prefix_range(due_prefix(Kind::kFire)));
    for (; cursor->valid(); cursor->next()) {
      auto key = parse_due_key(cursor->key());
      auto event = codec::Json::parse(cursor->value());
      if (!key || !event.ok()) {
        spdlog::error("events: a damaged row of a firing is passed over");
        continue;
      }
      auto rule = find_rule(*snapshot, key->scope, key->rule);
      if (!rule.ok()) {
        log_failure(std::move(rule).error());
        continue;
      }
      Firing firing{
          .fire_key = std::string(cursor->key()), .scope = key->scope, .event = std::move(*event)};
      // Deleted meanwhile: nobody waits for it.
      if (*rule)
        firing.rule = std::move(**rule);
      else
        firing.rule.row.name = key->rule;
      firings.push_back(std::move(firing));
    }
    MR_TRY(cursor->status());
  }
  for (const Firing& firing : firings)
    hand_over(firing);
  return ok_status();
}

Status ScheduleRunner::tick() {
  return for_each_due(ports_.clock->now(), &ScheduleRunner::fire_one);
}

Status ScheduleRunner::pass_over(const DueKey& due) {
  auto result = store::transact(*ports_.store, [&](store::Txn& txn) -> Status {
    MR_ASSIGN(auto rule, rule_of(txn, due));
    if (rule) schedule_rule(txn, due.scope, *rule, ports_.clock->now());
    return ok_status();
  });
  return result.ok() ? ok_status() : Status(std::move(result).error());
}

Status ScheduleRunner::fire_one(const DueKey& due) {
  std::optional<Firing> firing;
  auto result = store::transact(*ports_.store, [&](store::Txn& txn) -> Status {
    firing.reset();
    MR_ASSIGN(auto rule, rule_of(txn, due));
    if (!rule) return ok_status();
    schedule_rule(txn, due.scope, *rule, ports_.clock->now());
    Event event{.id = random_uuid(thread_rng()),
                .detail_type = "Scheduled Event",
                .source = "aws.events",
                .time = due.at,
                .resources = {*rule->row.arn}};
    firing = Firing{due_key(Kind::kFire, due), due.scope, std::move(*rule),
                    event_document(due.scope, event)};
    txn.put(firing->fire_key, firing->event.dump());
    return ok_status();
  });
  if (!result.ok()) return std::move(result).error();
  if (firing) hand_over(*firing);
  return ok_status();
}

void ScheduleRunner::hand_over(const Firing& firing) {
  std::vector<ev::Target> targets;
  if (firing.rule.row.arn) {
    auto snapshot = ports_.store->snapshot();
    auto loaded = load_targets(*snapshot, firing.scope, firing.rule.name());
    if (!loaded.ok()) return log_failure(std::move(loaded).error());
    targets = std::move(*loaded);
  } else {
    auto txn = ports_.store->begin();
    txn->del(firing.fire_key);
    ports_.store->commit_async(std::move(txn), [](Result<store::CommitVersion>) {});
    return;
  }
  deliver(ports_, firing.scope, firing.rule, targets, firing.event,
          [&ports = ports_, key = firing.fire_key] {
            auto txn = ports.store->begin();
            txn->del(key);
            ports.store->commit_async(std::move(txn), [](Result<store::CommitVersion>) {});
          });
}

}  // namespace millrace::events
