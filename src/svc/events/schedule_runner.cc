#include "svc/events/schedule_runner.h"

#include "base/log.h"
#include "base/random.h"
#include "svc/events/deliver.h"

namespace millrace::events {
namespace {

// What one look at the list takes at most; the next tick goes on.
constexpr size_t kBatch = 200;

Result<std::vector<DueKey>> due_until(store::Store& store, Instant until) {
  std::vector<DueKey> due;
  auto snapshot = store.snapshot();
  auto cursor = snapshot->scan(store::prefix_range(due_prefix(Kind::kDue)));
  for (; cursor->valid() && due.size() < kBatch; cursor->next()) {
    auto key = parse_due_key(cursor->key());
    if (!key) return Error::internal("a damaged key of the due list");
    if (key->at > until) break;
    due.push_back(std::move(*key));
  }
  MR_TRY(cursor->status());
  return due;
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

void ScheduleRunner::start() {
  Status posted = ports_.runner->post([this, alive = alive_] {
    if (!*alive) return;
    log_failure(recover());
    repeat();
  });
  if (!posted.ok()) repeat();
}

void ScheduleRunner::repeat() {
  ports_.runner->after(kTickMs, [this, alive = alive_] {
    if (!*alive) return;
    // On a worker: a tick commits, and waits for it. When all are busy, the next tick finds it due.
    Status posted = ports_.runner->post([this, alive] {
      if (!*alive) return;
      log_failure(tick());
      repeat();
    });
    if (!posted.ok()) repeat();
  });
}

Status ScheduleRunner::recover() {
  MR_ASSIGN(auto missed, due_until(*ports_.store, ports_.clock->now().plus_ms(-kMissedAfterMs)));
  for (const DueKey& due : missed)
    MR_TRY(pass_over(due));
  std::vector<Firing> firings;
  {
    auto snapshot = ports_.store->snapshot();
    auto cursor = snapshot->scan(store::prefix_range(due_prefix(Kind::kFire)));
    for (; cursor->valid(); cursor->next()) {
      auto key = parse_due_key(cursor->key());
      auto event = codec::Json::parse(cursor->value());
      if (!key || !event.ok()) return Error::internal("a damaged row of a firing");
      MR_ASSIGN(auto rule, find_rule(*snapshot, key->scope, key->rule));
      if (!rule) {
        // Deleted meanwhile: nobody waits for it.
        rule.emplace();
        rule->row.name = key->rule;
      }
      firings.push_back(
          {std::string(cursor->key()), key->scope, std::move(*rule), std::move(*event)});
    }
    MR_TRY(cursor->status());
  }
  for (const Firing& firing : firings)
    hand_over(firing);
  return ok_status();
}

Status ScheduleRunner::tick() {
  MR_ASSIGN(auto due, due_until(*ports_.store, ports_.clock->now()));
  for (const DueKey& each : due)
    MR_TRY(fire_one(each));
  return ok_status();
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
