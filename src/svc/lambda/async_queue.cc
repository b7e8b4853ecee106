#include "svc/lambda/async_queue.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "svc/document.h"
#include "svc/lambda/invoker.h"
#include "svc/lambda/limits.h"
#include "svc/scope_index.h"

namespace millrace::lambda {
namespace {

constexpr int64_t kFirstRetryMs = 60'000;
constexpr int64_t kSecondRetryMs = 120'000;
constexpr int64_t kThrottleDelayMs = 1'000;
constexpr int64_t kThrottleDelayMaxMs = 300'000;
// Each holds its payload in memory while its function runs.
constexpr size_t kWorkingMax = 300;
// Some 200 bytes of memory each.
constexpr size_t kKnownMax = 100'000;

std::string to_text(const AsyncEvent& e) {
  codec::Json json;
  json.set("Function", e.function_arn).set("Payload", e.payload).set("RequestId", e.request_id);
  json.set("CreatedMs", e.created_ms).set("FunctionErrors", e.function_errors);
  json.set("Throttles", e.throttles);
  if (!e.client_context.empty()) json.set("ClientContext", e.client_context);
  if (!e.trace_header.empty()) json.set("Trace", e.trace_header);
  return json.dump();
}

Result<AsyncEvent> from_text(std::string_view text) {
  MR_ASSIGN(codec::Json json, codec::Json::parse(text));
  AsyncEvent e;
  e.function_arn = json.get_string("Function");
  e.payload = json.get_string("Payload");
  e.request_id = json.get_string("RequestId");
  e.client_context = json.get_string("ClientContext");
  e.trace_header = json.get_string("Trace");
  auto integer = [&](std::string_view name) {
    const codec::Json* value = json.find(name);
    return value != nullptr && value->as_int() ? *value->as_int() : int64_t{0};
  };
  e.created_ms = integer("CreatedMs");
  e.function_errors = integer("FunctionErrors");
  e.throttles = integer("Throttles");
  return e;
}

std::string event_key(const svc::Scope& scope, int64_t due_ms, std::string_view id) {
  return lambda_key(scope, "async").u64(static_cast<uint64_t>(due_ms)).str(id).key();
}

int64_t due_of(std::string_view row_key) {
  store::KeyReader key(row_key);
  key.str();
  return static_cast<int64_t>(key.u64().value_or(0));
}

}  // namespace

AsyncQueue::AsyncQueue(const svc::Ports& ports, Invoker& invoker)
    : ports_(ports), invoker_(invoker) {}
AsyncQueue::~AsyncQueue() { *alive_ = false; }

void AsyncQueue::start() {
  auto snapshot = ports_.store->snapshot();
  auto scopes = svc::noted_scopes(*snapshot, store::Space::kLambda);
  if (!scopes.ok()) return spdlog::error("async queue: {}", scopes.error().to_string());
  {
    std::lock_guard lock(mutex_);
    for (const svc::Scope& scope : *scopes)
      note_unread(scope, lambda_key(scope, "async").key());
  }
  wake();
}

void AsyncQueue::enqueue(svc::FunctionCall call, std::function<void(Status)> done) {
  AsyncEvent event{.function_arn = std::move(call.function_arn),
                   .payload = call.payload.empty() ? "{}" : std::move(call.payload),
                   .request_id = call.request_id.empty() ? random_uuid(thread_rng())
                                                         : std::move(call.request_id),
                   .client_context = std::move(call.client_context),
                   .trace_header = std::move(call.trace_header),
                   .created_ms = ports_.clock->now().ms()};
  std::string key = event_key(call.scope, event.created_ms, random_uuid(thread_rng()));
  auto txn = ports_.store->begin();
  txn->put(key, to_text(event));
  Target target{std::move(call.scope), std::move(event.function_arn)};
  ports_.store->commit_async(
      std::move(txn), [this, alive = alive_, target = std::move(target), key = std::move(key),
                       done = std::move(done)](Result<store::CommitVersion> committed) mutable {
        if (!committed.ok()) return done(std::move(committed).error());
        if (*alive) {
          {
            std::lock_guard lock(mutex_);
            note(std::move(target), std::move(key));
          }
          wake();
        }
        done(ok_status());
      });
}

// ---- what waits
// -------------------------------------------------------------------------------------

// Harmless when it is known already, and when the row has gone meanwhile: run() finds out.
void AsyncQueue::note(Target target, std::string key) {
  if (working_.contains(key)) return;
  if (known_ >= kKnownMax) return note_unread(target.scope, std::move(key));
  known_ += backlogs_[std::move(target)].waiting.insert(std::move(key)).second;
}

void AsyncQueue::note_unread(const svc::Scope& scope, std::string key) {
  auto [from, is_new] = unread_.try_emplace(scope, key);
  if (!is_new) from->second = std::min(from->second, key);
}

void AsyncQueue::read_on() {
  while (true) {
    svc::Scope scope;
    std::string from;
    {
      std::lock_guard lock(mutex_);
      if (unread_.empty() || known_ > kKnownMax / 2) return;
      scope = unread_.begin()->first;
      from = std::move(unread_.begin()->second);
      unread_.erase(unread_.begin());
    }
    // What commits from here on is noted, or noted as unread, by whoever commits it.
    read_rows(scope, from);
  }
}

void AsyncQueue::read_rows(const svc::Scope& scope, const std::string& from) {
  store::KeyRange range = store::prefix_range(lambda_key(scope, "async").key());
  range.start = from;
  auto snapshot = ports_.store->snapshot();
  auto it = snapshot->scan(range);
  for (; it->valid(); it->next()) {
    auto event = from_text(it->value());
    if (!event.ok()) {
      spdlog::error("async queue: an event that cannot be read: {}", event.error().to_string());
      continue;
    }
    std::lock_guard lock(mutex_);
    if (known_ >= kKnownMax) return note_unread(scope, std::string(it->key()));
    note({scope, std::move(event->function_arn)}, std::string(it->key()));
  }
  if (!it->status().ok()) spdlog::error("async queue: {}", it->status().error().to_string());
}

// ---- whose turn it is
// -------------------------------------------------------------------------------

void AsyncQueue::wake() {
  if (is_look_posted_.exchange(true)) return;
  ports_.runner->post([this, alive = alive_] {
    if (!*alive) return;
    is_look_posted_ = false;
    look();
  });
}

void AsyncQueue::look() {
  if (is_stopping_) return;
  read_on();
  const int64_t now_ms = ports_.clock->now().ms();
  std::vector<Work> due;
  std::optional<int64_t> timer_ms;
  {
    std::lock_guard lock(mutex_);
    due = take_due(now_ms);
    timer_ms = next_timer(now_ms);
  }
  if (timer_ms) {
    ports_.runner->after(*timer_ms - now_ms, [this, alive = alive_] {
      if (*alive) wake();
    });
  }
  for (Work& work : due)
    run(std::move(work));
}

bool AsyncQueue::may_work(const Backlog& backlog) const {
  return working_.size() < kWorkingMax && backlog.working <= (kWorkingMax - working_.size()) / 2;
}

// One of each function, round after round, until nothing is due or no place is free.
std::vector<AsyncQueue::Work> AsyncQueue::take_due(int64_t now_ms) {
  std::vector<Work> due;
  size_t passed = 0;  // in a row, without anything to take
  auto turn = backlogs_.upper_bound(last_turn_);
  while (passed < backlogs_.size() && working_.size() < kWorkingMax) {
    if (turn == backlogs_.end()) turn = backlogs_.begin();
    auto& [target, backlog] = *turn++;
    ++passed;
    if (backlog.waiting.empty() || due_of(*backlog.waiting.begin()) > now_ms) continue;
    if (!may_work(backlog)) continue;
    passed = 0;
    std::string key = std::move(backlog.waiting.extract(backlog.waiting.begin()).value());
    --known_;
    ++backlog.working;
    working_.insert(key);
    last_turn_ = target;
    due.push_back({target, std::move(key), {}});
  }
  return due;
}

// When to look again for what is not due yet; nothing when that is set already.
std::optional<int64_t> AsyncQueue::next_timer(int64_t now_ms) {
  std::optional<int64_t> next;
  for (const auto& [target, backlog] : backlogs_) {
    if (backlog.waiting.empty()) continue;
    int64_t due_ms = due_of(*backlog.waiting.begin());
    if (due_ms > now_ms && (!next || due_ms < *next)) next = due_ms;
  }
  bool is_set = next && timer_ms_ && *timer_ms_ > now_ms && *timer_ms_ <= *next;
  if (!next || is_set) return std::nullopt;
  timer_ms_ = next;
  return next;
}

// ---- running
// ----------------------------------------------------------------------------------------

void AsyncQueue::run(Work work) {
  {
    auto snapshot = ports_.store->snapshot();
    auto text = snapshot->get(work.key);
    if (!text.ok()) {
      spdlog::error("async queue: {}", text.error().to_string());
      return release(work, "");
    }
    if (!*text) return release(work, "");  // it has been settled
    auto event = from_text(**text);
    if (!event.ok()) return release(work, "");
    work.event = *std::move(event);
  }
  Limits limits = limits_of(work);
  if (ports_.clock->now().ms() - work.event.created_ms > limits.age_max_ms) {
    auto expired = Result<svc::FunctionAnswer>(
        Error("EventAgeExceeded", 400, "The event is older than its maximum age"));
    if (!limits.on_failure.empty()) send_to(limits.on_failure, work, "EventAgeExceeded", expired);
    return settle(work, std::nullopt);
  }
  const svc::Scope& scope = work.target.scope;
  svc::FunctionCall call{.scope = scope,
                         .function_arn = work.event.function_arn,
                         .payload = work.event.payload,
                         .caller = svc::Caller::service("lambda.amazonaws.com", "", scope.account),
                         .request_id = work.event.request_id,
                         .client_context = work.event.client_context,
                         .trace_header = work.event.trace_header};
  auto shared = std::make_shared<Work>(std::move(work));
  invoker_.invoke(std::move(call),
                  [this, alive = alive_, shared](Result<svc::FunctionAnswer> answer) {
                    if (!*alive) return;
                    // Off the function's thread: what follows reads the store.
                    auto result = std::make_shared<Result<svc::FunctionAnswer>>(std::move(answer));
                    ports_.runner->post([this, alive, shared, result] {
                      if (*alive) finish(*shared, std::move(*result));
                    });
                  });
}

void AsyncQueue::finish(const Work& work, Result<svc::FunctionAnswer> answer) {
  Limits limits = limits_of(work);
  int64_t now_ms = ports_.clock->now().ms();
  if (answer.ok() && answer->function_error.empty()) {
    if (!limits.on_success.empty()) send_to(limits.on_success, work, "Success", answer);
    return settle(work, std::nullopt);
  }
  Work next = work;
  if (answer.ok()) {
    int64_t retry = next.event.function_errors++;
    if (retry < limits.retries_max) {
      return settle(next, now_ms + (retry == 0 ? kFirstRetryMs : kSecondRetryMs));
    }
    if (!limits.on_failure.empty()) send_to(limits.on_failure, work, "RetriesExhausted", answer);
    return settle(work, std::nullopt);
  }
  if (answer.error().http_status() == 404) return settle(work, std::nullopt);  // it was deleted
  int64_t delay = std::min(kThrottleDelayMs << std::min<int64_t>(next.event.throttles, 10),
                           kThrottleDelayMaxMs);
  ++next.event.throttles;
  settle(next, now_ms + delay);
}

void AsyncQueue::settle(const Work& work, std::optional<int64_t> due_ms) {
  auto txn = ports_.store->begin();
  txn->del(work.key);
  std::string next;
  if (due_ms) {
    store::KeyReader key(work.key);
    key.str();
    key.u64();
    next = event_key(work.target.scope, *due_ms, key.str().value_or(""));
    txn->put(next, to_text(work.event));
  }
  ports_.store->commit_async(std::move(txn),
                             [this, alive = alive_, work = Work{work.target, work.key, {}},
                              next = std::move(next)](Result<store::CommitVersion> committed) {
                               // Then the row is as it was, and the next start finds it.
                               if (!committed.ok())
                                 spdlog::error("async queue: {}", committed.error().to_string());
                               if (*alive) release(work, committed.ok() ? next : "");
                             });
}

void AsyncQueue::release(const Work& work, const std::string& next_key) {
  {
    std::lock_guard lock(mutex_);
    working_.erase(work.key);
    if (!next_key.empty()) note(work.target, next_key);
    auto backlog = backlogs_.find(work.target);
    if (--backlog->second.working == 0 && backlog->second.waiting.empty()) backlogs_.erase(backlog);
  }
  wake();
}

AsyncQueue::Limits AsyncQueue::limits_of(const Work& work) {
  Limits limits{.retries_max = limits::kAsyncRetriesMax,
                .age_max_ms = limits::kAsyncEventAgeSecondsMax * 1000};
  auto ref = parse_function_name(work.target.scope, work.event.function_arn);
  if (!ref.ok()) return limits;
  auto snapshot = ports_.store->snapshot();
  auto text = snapshot->get(invoke_config_key(*ref));
  if (!text.ok() || !*text) return limits;
  auto config = svc::read_document<api::GetFunctionEventInvokeConfig>(**text);
  if (!config.ok()) return limits;
  if (config->maximum_retry_attempts) limits.retries_max = *config->maximum_retry_attempts;
  if (config->maximum_event_age_in_seconds) {
    limits.age_max_ms = *config->maximum_event_age_in_seconds * 1000;
  }
  if (config->destination_config) {
    const api::DestinationConfig& to = *config->destination_config;
    if (to.on_failure) limits.on_failure = to.on_failure->destination.value_or("");
    if (to.on_success) limits.on_success = to.on_success->destination.value_or("");
  }
  return limits;
}

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
void AsyncQueue::send_to(const std::string& destination, const Work& work,
                         std::string_view condition, const Result<svc::FunctionAnswer>& answer) {
  auto as_json = [](const std::string& text) {
    auto parsed = codec::Json::parse(text);
    return parsed.ok() ? *std::move(parsed) : codec::Json(text);
  };
  codec::Json context;
  context.set("requestId", work.event.request_id);
  auto ref = parse_function_name(work.target.scope, work.event.function_arn);
  context.set("functionArn", ref.ok() && ref->qualifier.empty()
                                 ? function_arn(ref->scope, ref->name, kLatest)
                                 : work.event.function_arn);
  context.set("condition", condition);
  context.set("approximateInvokeCount", work.event.function_errors + 1);
  codec::Json record;
  record.set("version", "1.0");
  record.set("timestamp", format_iso8601_ms(ports_.clock->now()));
  record.set("requestContext", std::move(context));
  record.set("requestPayload", as_json(work.event.payload));
  if (answer.ok()) {
    codec::Json response;
    response.set("statusCode", 200).set("executedVersion", answer->executed_version);
    if (!answer->function_error.empty()) response.set("functionError", answer->function_error);
    record.set("responseContext", std::move(response));
    record.set("responsePayload", as_json(answer->payload));
  }
  svc::FunctionCall call{
      .scope = work.target.scope,
      .function_arn = destination,
      .payload = record.dump(),
      .caller = svc::Caller::service("lambda.amazonaws.com", "", work.target.scope.account)};
  invoker_.invoke_async(std::move(call), [destination](Status sent) {
    if (!sent.ok()) spdlog::warn("destination {}: {}", destination, sent.error().to_string());
  });
}

}  // namespace millrace::lambda
