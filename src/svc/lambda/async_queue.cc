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
constexpr size_t kWorkingMax = 200;

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

}  // namespace

AsyncQueue::AsyncQueue(const svc::Ports& ports, Invoker& invoker)
    : ports_(ports), invoker_(invoker) {}
AsyncQueue::~AsyncQueue() { *alive_ = false; }

void AsyncQueue::start() {
  auto snapshot = ports_.store->snapshot();
  auto scopes = svc::noted_scopes(*snapshot, store::Space::kLambda);
  if (!scopes.ok()) return;
  for (const svc::Scope& scope : *scopes)
    wake(scope);
}

void AsyncQueue::enqueue(svc::FunctionCall call, std::function<void(Status)> done) {
  AsyncEvent event{.function_arn = std::move(call.function_arn),
                   .payload = call.payload.empty() ? "{}" : std::move(call.payload),
                   .request_id = call.request_id.empty() ? random_uuid(thread_rng())
                                                         : std::move(call.request_id),
                   .client_context = std::move(call.client_context),
                   .trace_header = std::move(call.trace_header),
                   .created_ms = ports_.clock->now().ms()};
  auto txn = ports_.store->begin();
  txn->put(event_key(call.scope, event.created_ms, random_uuid(thread_rng())), to_text(event));
  ports_.store->commit_async(std::move(txn), [this, scope = call.scope, done = std::move(done)](
                                                 Result<store::CommitVersion> committed) {
    if (!committed.ok()) return done(std::move(committed).error());
    wake(scope);
    done(ok_status());
  });
}

void AsyncQueue::wake(const svc::Scope& scope) {
  Status posted = ports_.runner->post([this, alive = alive_, scope] {
    if (*alive) look(scope);
  });
  if (posted.ok()) return;
  // Too much to do: the events are on disk, and looked at when the rush is over.
  ports_.runner->after(kThrottleDelayMs, [this, alive = alive_, scope] {
    if (*alive) wake(scope);
  });
}

void AsyncQueue::look(const svc::Scope& scope) {
  std::vector<Work> due;
  int64_t now_ms = ports_.clock->now().ms();
  std::optional<int64_t> next_ms;
  {
    auto snapshot = ports_.store->snapshot();
    auto it = snapshot->scan(store::prefix_range(lambda_key(scope, "async").key()));
    std::lock_guard lock(mutex_);
    for (; it->valid(); it->next()) {
      store::KeyReader key(it->key());
      key.str();
      int64_t due_ms = static_cast<int64_t>(key.u64().value_or(0));
      if (due_ms > now_ms) {
        next_ms = due_ms;
        break;
      }
      if (working_.size() >= kWorkingMax) break;  // the end of one looks again
      std::string row(it->key());
      if (working_.contains(row)) continue;
      auto event = from_text(it->value());
      if (!event.ok()) continue;
      working_.insert(row);
      due.push_back({scope, std::move(row), *std::move(event)});
    }
    if (next_ms) {
      auto [timer, is_new] = timers_.try_emplace(scope, *next_ms);
      if (!is_new && timer->second <= *next_ms && timer->second > now_ms)
        next_ms.reset();
      else
        timer->second = *next_ms;
    }
  }
  if (next_ms) {
    ports_.runner->after(*next_ms - now_ms, [this, alive = alive_, scope] {
      if (*alive) wake(scope);
    });
  }
  for (Work& work : due)
    take(std::move(work));
}

void AsyncQueue::take(Work work) {
  Limits limits = limits_of(work);
  if (ports_.clock->now().ms() - work.event.created_ms > limits.age_max_ms) {
    auto expired = Result<svc::FunctionAnswer>(
        Error("EventAgeExceeded", 400, "The event is older than its maximum age"));
    if (!limits.on_failure.empty()) send_to(limits.on_failure, work, "EventAgeExceeded", expired);
    return settle(work, std::nullopt);
  }
  svc::FunctionCall call{
      .scope = work.scope,
      .function_arn = work.event.function_arn,
      .payload = work.event.payload,
      .caller = svc::Caller::service("lambda.amazonaws.com", "", work.scope.account),
      .request_id = work.event.request_id,
      .client_context = work.event.client_context,
      .trace_header = work.event.trace_header};
  auto shared = std::make_shared<Work>(std::move(work));
  invoker_.invoke(std::move(call), [this, shared](Result<svc::FunctionAnswer> answer) {
    // Off the function's thread: what follows reads the store.
    auto result = std::make_shared<Result<svc::FunctionAnswer>>(std::move(answer));
    Status posted = ports_.runner->post([this, alive = alive_, shared, result] {
      if (*alive) finish(*shared, std::move(*result));
    });
    if (!posted.ok()) settle(*shared, std::nullopt);
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
  if (due_ms) {
    store::KeyReader key(work.key);
    key.str();
    key.u64();
    txn->put(event_key(work.scope, *due_ms, key.str().value_or("")), to_text(work.event));
  }
  ports_.store->commit_async(std::move(txn),
                             [this, alive = alive_, work](Result<store::CommitVersion> committed) {
                               if (!committed.ok())
                                 spdlog::error("async queue: {}", committed.error().to_string());
                               if (!*alive) return;
                               {
                                 std::lock_guard lock(mutex_);
                                 working_.erase(work.key);
                               }
                               wake(work.scope);
                             });
}

AsyncQueue::Limits AsyncQueue::limits_of(const Work& work) {
  Limits limits{.retries_max = limits::kAsyncRetriesMax,
                .age_max_ms = limits::kAsyncEventAgeSecondsMax * 1000};
  auto ref = parse_function_name(work.scope, work.event.function_arn);
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
  auto ref = parse_function_name(work.scope, work.event.function_arn);
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
      .scope = work.scope,
      .function_arn = destination,
      .payload = record.dump(),
      .caller = svc::Caller::service("lambda.amazonaws.com", "", work.scope.account)};
  invoker_.invoke_async(std::move(call), [destination](Status sent) {
    if (!sent.ok()) spdlog::warn("destination {}: {}", destination, sent.error().to_string());
  });
}

}  // namespace millrace::lambda
