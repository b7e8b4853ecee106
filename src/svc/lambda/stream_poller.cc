#include "svc/lambda/stream_poller.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "codec/attribute_value_json.h"
#include "svc/executor.h"
#include "svc/scope_index.h"

namespace millrace::lambda {
namespace {

namespace streams = aws::dynamodbstreams;

constexpr int64_t kPollMs = 200;  // AWS reads each shard four times a second
constexpr int kIdleTicks = 5;     // without any mapping only each so manieth time
constexpr int64_t kRetryMs = 1'000;
constexpr int64_t kRetryMaxMs = 60'000;
constexpr int64_t kReadMax = 1'000;  // records of one GetRecords
constexpr size_t kPayloadBytesMax = 6'000'000;

std::string record_json(const streams::Record& record, const std::string& stream_arn) {
  std::string out = "{\"eventID\":";
  codec::append_json_string(out, record.event_id.value_or(""));
  out += ",\"eventName\":";
  codec::append_json_string(out, record.event_name.value_or(""));
  out += ",\"eventVersion\":";
  codec::append_json_string(out, record.event_version.value_or("1.1"));
  out += ",\"eventSource\":\"aws:dynamodb\",\"awsRegion\":";
  codec::append_json_string(out, record.aws_region.value_or(""));
  out += ",\"dynamodb\":{";
  const streams::StreamRecord& change = *record.dynamodb;
  fmt::format_to(std::back_inserter(out), "\"ApproximateCreationDateTime\":{}",
                 change.approximate_creation_date_time.value_or(Instant{}).seconds());
  auto add_item = [&](const char* name, const std::optional<codec::Item>& item) {
    if (!item) return;
    fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
    codec::append_json(out, *item);
  };
  add_item("Keys", change.keys);
  add_item("NewImage", change.new_image);
  add_item("OldImage", change.old_image);
  out += ",\"SequenceNumber\":";
  codec::append_json_string(out, change.sequence_number.value_or(""));
  fmt::format_to(std::back_inserter(out),
                 ",\"SizeBytes\":{},\"StreamViewType\":", change.size_bytes.value_or(0));
  codec::append_json_string(out, change.stream_view_type.value_or(""));
  out += '}';
  if (record.user_identity) {
    out += ",\"userIdentity\":{\"principalId\":";
    codec::append_json_string(out, record.user_identity->principal_id.value_or(""));
    out += ",\"type\":";
    codec::append_json_string(out, record.user_identity->type.value_or(""));
    out += '}';
  }
  out += ",\"eventSourceARN\":";
  codec::append_json_string(out, stream_arn);
  out += '}';
  return out;
}

// The sequence numbers that the function reports as failed; nothing when its answer is no such
// report, which AWS takes for a failure of the whole batch.
std::optional<std::vector<std::string>> failed_items(const std::string& payload) {
  std::vector<std::string> failed;
  auto json = codec::Json::parse(payload);
  if (!json.ok() || !json->as_object()) return failed;  // null, text: all is well
  const codec::Json* list = json->find("batchItemFailures");
  if (list == nullptr || list->is_null()) return failed;
  if (!list->as_array()) return std::nullopt;
  for (const codec::Json& item : *list->as_array()) {
    const codec::Json* id = item.find("itemIdentifier");
    if (id == nullptr || !id->as_string() || id->as_string()->empty()) return std::nullopt;
    failed.push_back(*id->as_string());
  }
  return failed;
}

}  // namespace

bool StreamPoller::Known::is_busy() const {
  return std::ranges::any_of(workers, [](const WorkerPtr& worker) { return worker->is_busy; });
}

void StreamPoller::Known::stop() {
  is_stopped = true;
  for (const WorkerPtr& worker : workers)
    worker->is_stopped = true;
}

StreamPoller::StreamPoller(const svc::Ports& ports)
    : ports_(ports), polling_(ports, {.name = "stream poller", .interval_ms = kPollMs}, [this] {
        tick();
        return ok_status();
      }) {}
StreamPoller::~StreamPoller() { *alive_ = false; }

void StreamPoller::stop() {
  polling_.stop();
  std::lock_guard lock(mutex_);
  is_stopping_ = true;
}

void StreamPoller::tick() {
  if (idle_ticks_ > 0 && idle_ticks_++ < kIdleTicks) return;
  find_work();
  std::vector<WorkerPtr> ready;
  {
    std::lock_guard lock(mutex_);
    idle_ticks_ = mappings_.empty() ? 1 : 0;
    for (auto& [key, known] : mappings_) {
      for (const WorkerPtr& worker : known.workers) {
        if (worker->is_busy || worker->is_stopped || worker->has_ended) continue;
        worker->is_busy = true;
        ready.push_back(worker);
      }
    }
  }
  for (const WorkerPtr& worker : ready)
    step(worker);
}

void StreamPoller::find_work() {
  auto snapshot = ports_.store->snapshot();
  auto scopes = svc::noted_scopes(*snapshot, store::Space::kLambda);
  if (!scopes.ok()) return;
  std::set<std::string> seen;
  for (const svc::Scope& scope : *scopes) {
    auto it = snapshot->scan(store::prefix_range(lambda_key(scope, "mapping").key()));
    for (; it->valid(); it->next()) {
      std::string key(it->key());
      {
        std::lock_guard lock(mutex_);
        auto known = mappings_.find(key);
        if (known != mappings_.end()) {
          if (known->second.text == it->value() && !known->second.workers.empty() &&
              !known->second.is_stopped) {
            seen.insert(key);
            continue;
          }
          // A batch that is under way moves the position when it is done: wait for that.
          known->second.stop();
          if (known->second.is_busy()) continue;
        }
      }
      auto row = MappingRow::from_text(it->value());
      if (!row.ok() || !row->is_enabled()) continue;
      seen.insert(key);
      add_mapping(scope, *std::move(row), std::string(it->value()));
    }
  }
  std::lock_guard lock(mutex_);
  for (auto& [key, known] : mappings_) {
    if (!seen.contains(key)) known.stop();
  }
  std::erase_if(mappings_, [&](const auto& entry) {
    return !seen.contains(entry.first) && !entry.second.is_busy();
  });
}

void StreamPoller::add_mapping(const svc::Scope& scope, MappingRow row, const std::string& text) {
  auto snapshot = ports_.store->snapshot();
  auto ref = parse_function_name(scope, row.config.function_arn.value_or(""));
  if (!ref.ok()) return;
  auto function = load_qualified(*snapshot, *ref);
  if (!function.ok()) return;
  auto role = stream_reader(*snapshot, ports_, scope, function->config.role.value_or(""));
  if (!role.ok()) return;
  svc::Caller reader = *std::move(role);
  auto described = ports_.executor->call<streams::DescribeStream>(
      {.caller = reader, .scope = scope}, {.stream_arn = *row.config.event_source_arn});
  if (!described.ok()) {
    spdlog::debug("event source {}: {}", *row.config.uuid, described.error().to_string());
    return;
  }
  Known known{.text = text};
  for (const streams::Shard& shard :
       described->stream_description->shards.value_or(std::vector<streams::Shard>())) {
    auto worker = std::make_shared<Worker>();
    worker->scope = scope;
    worker->mapping = row;
    worker->reader = reader;
    worker->shard = shard.shard_id.value_or("");
    if (row.config.filter_criteria && row.config.filter_criteria->filters) {
      for (const api::Filter& filter : *row.config.filter_criteria->filters) {
        auto pattern = expr::EventPattern::parse(filter.pattern.value_or("{}"));
        if (pattern.ok()) worker->filters.push_back(*std::move(pattern));
      }
    }
    known.workers.push_back(std::move(worker));
  }
  std::lock_guard lock(mutex_);
  mappings_[mapping_key(scope, *row.config.uuid)] = std::move(known);
}

// ---- reading
// ----------------------------------------------------------------------------------------

Status StreamPoller::open_iterator(Worker& worker) {
  StreamPosition position;
  auto snapshot = ports_.store->snapshot();
  MR_ASSIGN(auto text,
            snapshot->get(position_key(worker.scope, *worker.mapping.config.uuid, worker.shard)));
  if (text) {
    MR_ASSIGN(position, StreamPosition::from_text(*text));
  }
  streams::GetShardIterator::Input in{.stream_arn = *worker.mapping.config.event_source_arn,
                                      .shard_id = worker.shard,
                                      .shard_iterator_type = "TRIM_HORIZON"};
  if (!position.sequence.empty()) {
    in.shard_iterator_type = "AFTER_SEQUENCE_NUMBER";
    in.sequence_number = position.sequence;
  } else if (!position.iterator.empty() && !worker.skip_older_than_mapping) {
    worker.iterator = position.iterator;
    return ok_status();
  }
  auto iterator = ports_.executor->call<streams::GetShardIterator>(
      {.caller = worker.reader, .scope = worker.scope}, in);
  if (!iterator.ok() && iterator.error().code() == "TrimmedDataAccessException") {
    // It is too late for what was next: go on with the oldest there is.
    in.shard_iterator_type = "TRIM_HORIZON";
    in.sequence_number.reset();
    iterator = ports_.executor->call<streams::GetShardIterator>(
        {.caller = worker.reader, .scope = worker.scope}, in);
  }
  if (!iterator.ok()) return std::move(iterator).error();
  worker.iterator = iterator->shard_iterator.value_or("");
  return ok_status();
}

void StreamPoller::take_record(Worker& worker, const streams::Record& record) {
  if (!record.dynamodb) return;
  Pending pending{.sequence = record.dynamodb->sequence_number.value_or("")};
  Instant created = record.dynamodb->approximate_creation_date_time.value_or(Instant{});
  pending.created_ms = created.ms();
  pending.json = record_json(record, *worker.mapping.config.event_source_arn);
  if (worker.skip_older_than_mapping && created.seconds() < worker.mapping.created.seconds()) {
    pending.is_wanted = false;
  }
  if (pending.is_wanted && !worker.filters.empty()) {
    auto json = codec::Json::parse(pending.json);
    pending.is_wanted = json.ok() && std::ranges::any_of(worker.filters, [&](const auto& filter) {
                          return filter.matches(*json);
                        });
  }
  if (!pending.is_wanted) pending.json.clear();
  if (worker.pending.empty()) worker.window_opened_ms = ports_.clock->now().ms();
  worker.pending.push_back(std::move(pending));
}

// Whether the worker may go on with what it has.
bool StreamPoller::fetch(Worker& worker) {
  auto batch_size = static_cast<size_t>(worker.mapping.config.batch_size.value_or(100));
  auto wanted = static_cast<size_t>(
      std::ranges::count_if(worker.pending, [](const Pending& p) { return p.is_wanted; }));
  if (wanted >= batch_size) return true;
  if (worker.iterator.empty()) {
    Status opened = open_iterator(worker);
    if (!opened.ok()) {
      worker.not_before_ms = ports_.clock->now().ms() + kRetryMs;
      return false;
    }
  }
  int64_t limit = std::min<int64_t>(static_cast<int64_t>(batch_size - wanted), kReadMax);
  auto records = ports_.executor->call<streams::GetRecords>(
      {.caller = worker.reader, .scope = worker.scope},
      {.shard_iterator = worker.iterator, .limit = limit});
  if (!records.ok()) {
    worker.iterator.clear();
    worker.pending.clear();
    // The iterator that LATEST was kept as does not last: from then on by the mapping's age.
    if (records.error().code() == "ExpiredIteratorException" &&
        worker.mapping.config.starting_position == "LATEST") {
      worker.skip_older_than_mapping = true;
    }
    worker.not_before_ms = ports_.clock->now().ms() + kRetryMs;
    return false;
  }
  for (const streams::Record& record : records->records.value_or(std::vector<streams::Record>())) {
    take_record(worker, record);
  }
  worker.iterator = records->next_shard_iterator.value_or("");
  if (worker.iterator.empty()) worker.has_ended = true;
  return true;
}

// ---- working
// ----------------------------------------------------------------------------------------

// REQUIRES: the worker is busy, by us.
void StreamPoller::step(const WorkerPtr& worker) {
  int64_t now_ms = ports_.clock->now().ms();
  if (now_ms < worker->not_before_ms || is_stopped(*worker)) return release(worker);
  if (worker->failures == 0 && worker->batch_limit == 0 && !worker->has_ended && !fetch(*worker)) {
    return release(worker);
  }
  // What the filters dropped at the front is done with.
  size_t dropped = 0;
  int64_t age_max_s = worker->mapping.config.maximum_record_age_in_seconds.value_or(-1);
  for (const Pending& pending : worker->pending) {
    bool is_old = age_max_s >= 0 && now_ms - pending.created_ms > age_max_s * 1000;
    if (pending.is_wanted && !is_old) break;
    ++dropped;
  }
  if (dropped > 0) return advance(worker, dropped);
  if (worker->pending.empty()) return release(worker);
  auto batch_size = static_cast<size_t>(worker->mapping.config.batch_size.value_or(100));
  int64_t window_ms = worker->mapping.config.maximum_batching_window_in_seconds.value_or(0) * 1000;
  bool is_full = worker->pending.size() >= batch_size || worker->failures > 0 || worker->has_ended;
  if (!is_full && window_ms > 0 && now_ms - worker->window_opened_ms < window_ms) {
    return release(worker);
  }
  send(worker);
}

void StreamPoller::send(const WorkerPtr& worker) {
  auto limit = static_cast<size_t>(worker->mapping.config.batch_size.value_or(100));
  if (worker->batch_limit > 0) limit = std::min(limit, worker->batch_limit);
  std::string payload = "{\"Records\":[";
  size_t count = 0;
  size_t in_batch = 0;
  for (const Pending& pending : worker->pending) {
    if (pending.is_wanted) {
      if (in_batch >= limit || payload.size() + pending.json.size() > kPayloadBytesMax) break;
      if (in_batch++ > 0) payload += ',';
      payload += pending.json;
    }
    ++count;
  }
  payload += "]}";
  if (ports_.metrics) {
    ports_.metrics->record(
        worker->scope, "AWS/Lambda", "IteratorAge",
        {{"FunctionName", parse_function_name(worker->scope, *worker->mapping.config.function_arn)
                              .value_or(FunctionRef{})
                              .name}},
        "Milliseconds",
        static_cast<double>(ports_.clock->now().ms() - worker->pending[count - 1].created_ms));
  }
  svc::FunctionCall call{
      .scope = worker->scope,
      .function_arn = *worker->mapping.config.function_arn,
      .payload = std::move(payload),
      .caller = svc::Caller::service("lambda.amazonaws.com", "", worker->scope.account)};
  ports_.functions->invoke(
      std::move(call), [this, alive = alive_, worker, count](Result<svc::FunctionAnswer> answer) {
        auto result = std::make_shared<Result<svc::FunctionAnswer>>(std::move(answer));
        if (!*alive) return;
        ports_.runner->post([this, alive, worker, count, result] {
          if (*alive) finish(worker, count, std::move(*result));
        });
      });
}

void StreamPoller::finish(const WorkerPtr& worker, size_t count,
                          Result<svc::FunctionAnswer> answer) {
  if (!answer.ok()) return fail(worker, count, false);
  if (!answer->function_error.empty()) return fail(worker, count, true);
  const auto& types = worker->mapping.config.function_response_types;
  bool reports = types && std::ranges::find(*types, "ReportBatchItemFailures") != types->end();
  if (!reports) return advance(worker, count);
  auto failed = failed_items(answer->payload);
  if (!failed) return fail(worker, count, true);
  if (failed->empty()) return advance(worker, count);
  // The lowest number that failed is where to go on; what came before is done with.
  size_t first = count;
  for (size_t i = 0; i < count; ++i) {
    if (std::ranges::find(*failed, worker->pending[i].sequence) != failed->end()) {
      first = i;
      break;
    }
  }
  if (first == count || first == 0) return fail(worker, count, true);
  worker->failures = worker->retries = 1;
  worker->not_before_ms = ports_.clock->now().ms() + kRetryMs;
  advance(worker, first);
}

void StreamPoller::fail(const WorkerPtr& worker, size_t count, bool counts_as_retry) {
  const api::EventSourceMappingConfiguration& config = worker->mapping.config;
  int64_t retries_max = config.maximum_retry_attempts.value_or(-1);
  if (counts_as_retry && config.bisect_batch_on_function_error.value_or(false) && count > 1) {
    // Halving is no retry.
    worker->batch_limit = std::max<size_t>(1, count / 2);
    worker->failures = std::max<int64_t>(worker->failures, 1);
    return is_stopped(*worker) ? release(worker) : send(worker);
  }
  if (counts_as_retry && retries_max >= 0 && worker->retries >= retries_max) {
    return advance(worker, count);
  }
  // AWS: the limit does not apply to throttles and to what is not the function's error.
  if (counts_as_retry) ++worker->retries;
  ++worker->failures;
  int64_t delay = std::min(kRetryMs << std::min<int64_t>(worker->failures - 1, 8), kRetryMaxMs);
  worker->not_before_ms = ports_.clock->now().ms() + delay;
  release(worker);
}

void StreamPoller::advance(const WorkerPtr& worker, size_t count) {
  StreamPosition position{.sequence = worker->pending[count - 1].sequence};
  bool keeps_failures = worker->not_before_ms > ports_.clock->now().ms();
  worker->pending.erase(worker->pending.begin(),
                        worker->pending.begin() + static_cast<std::ptrdiff_t>(count));
  // A split batch is over when its last record is; until then go on in small steps.
  if (worker->pending.empty()) worker->batch_limit = 0;
  if (!keeps_failures) {
    worker->failures = worker->batch_limit > 0 ? 1 : 0;
    worker->retries = 0;
  }
  auto txn = ports_.store->begin();
  std::string mapping = mapping_key(worker->scope, *worker->mapping.config.uuid);
  auto present = txn->get(mapping);
  // Deleted meanwhile: its position is gone and stays so.
  if (!present.ok() || !*present) return release(worker);
  txn->put(position_key(worker->scope, *worker->mapping.config.uuid, worker->shard),
           position.to_text());
  ports_.store->commit_async(
      std::move(txn), [this, alive = alive_, worker](Result<store::CommitVersion> committed) {
        if (!*alive) return;
        if (!committed.ok()) {
          // Read again from the position that is on disk.
          worker->iterator.clear();
          worker->pending.clear();
          return release(worker);
        }
        ports_.runner->post([this, alive, worker] {
          if (*alive) step(worker);
        });
      });
}

bool StreamPoller::is_stopped(const Worker& worker) {
  std::lock_guard lock(mutex_);
  return worker.is_stopped || is_stopping_;
}

void StreamPoller::release(const WorkerPtr& worker) {
  std::lock_guard lock(mutex_);
  worker->is_busy = false;
}

}  // namespace millrace::lambda
