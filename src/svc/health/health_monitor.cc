#include "svc/health/health_monitor.h"

#include <fmt/format.h>

#include "aws/lambda.h"
#include "aws/sesv2.h"
#include "base/log.h"
#include "store/key.h"
#include "svc/executor.h"
#include "svc/health/health_state.h"
#include "svc/scope_index.h"

namespace millrace::health {
namespace {

using codec::Json;

std::string state_key(const svc::Scope& scope, std::string_view name) {
  return store::KeyWriter(scope.account, scope.region, store::Space::kHealth)
      .str("function")
      .str(name)
      .key();
}

svc::Call root_call(const svc::Scope& scope) {
  return svc::Call{.caller = svc::Caller::root(scope.account),
                   .scope = scope,
                   .request = {.request_id = random_uuid(thread_rng()),
                               .source_ip = "127.0.0.1",
                               .user_agent = "millrace-health"}};
}

}  // namespace

HealthMonitor::HealthMonitor(const svc::Ports& ports, HealthConfig config)
    : ports_(ports),
      config_(std::move(config)),
      alive_(std::make_shared<std::atomic<bool>>(false)) {}

void HealthMonitor::start() {
  *alive_ = true;
  schedule(kTickMs, &HealthMonitor::discover_and_repeat);
  schedule(kTickMs, &HealthMonitor::tick_and_repeat);
}

void HealthMonitor::schedule(int64_t delay_ms, void (HealthMonitor::*step)()) {
  ports_.runner->after(delay_ms, [this, step, alive = alive_] {
    if (*alive) (this->*step)();
  });
}

void HealthMonitor::discover_and_repeat() {
  ports_.runner->post([this, alive = alive_] {
    if (!*alive) return;
    if (Status found = discover(); !found.ok()) {
      spdlog::warn("health: looking for functions failed: {}", found.error().to_string());
    }
    schedule(kDiscoverMs, &HealthMonitor::discover_and_repeat);
  });
}

void HealthMonitor::tick_and_repeat() {
  tick();
  schedule(kTickMs, &HealthMonitor::tick_and_repeat);
}

Status HealthMonitor::discover() {
  std::map<FunctionKey, Watched> found;
  auto snapshot = ports_.store->snapshot();
  MR_ASSIGN(auto scopes, svc::noted_scopes(*snapshot, store::Space::kLambda));
  for (const svc::Scope& scope : scopes)
    MR_TRY(discover_scope(scope, found));
  adopt(std::move(found));
  return ok_status();
}

Status HealthMonitor::discover_scope(const svc::Scope& scope,
                                     std::map<FunctionKey, Watched>& found) {
  aws::lambda::ListFunctionsRequest page;
  do {
    MR_ASSIGN(auto functions,
              ports_.executor->call<aws::lambda::ListFunctions>(root_call(scope), page));
    for (const auto& function :
         functions.functions.value_or(std::vector<aws::lambda::FunctionConfiguration>())) {
      std::string name = function.function_name.value_or("");
      std::string arn = function.function_arn.value_or("");
      auto tags = ports_.executor->call<aws::lambda::ListTags>(root_call(scope), {.resource = arn});
      if (!tags.ok()) continue;  // deleted meanwhile
      auto watch =
          watch_for(config_, name, tags->tags.value_or(std::map<std::string, std::string>()));
      if (!watch.ok()) {
        spdlog::warn("health: function {}: {}", name, watch.error().message());
        continue;
      }
      if (*watch != Watch{}) found[{scope, name}] = Watched{.arn = arn, .watch = *watch};
    }
    page.marker = functions.next_marker;
  } while (page.marker && !page.marker->empty());
  return ok_status();
}

void HealthMonitor::adopt(std::map<FunctionKey, Watched> found) {
  std::vector<std::pair<FunctionKey, int>> warm_changes;
  std::map<FunctionKey, std::string> arns;
  {
    std::lock_guard lock(mutex_);
    for (auto& [key, watched] : found) {
      auto before = watched_.find(key);
      int warm_before = before == watched_.end() ? 0 : before->second.watch.keep_warm;
      if (before != watched_.end()) {
        watched.next_due_us = before->second.next_due_us;
        watched.check_running = before->second.check_running;
      }
      if (watched.watch.keep_warm != warm_before) {
        warm_changes.emplace_back(key, watched.watch.keep_warm);
        arns[key] = watched.arn;
      }
    }
    for (const auto& [key, watched] : watched_) {
      if (!found.contains(key) && watched.watch.keep_warm > 0) {
        warm_changes.emplace_back(key, 0);
        arns[key] = watched.arn;
      }
    }
    watched_ = std::move(found);
  }
  for (const auto& [key, environments] : warm_changes) {
    ports_.functions->keep_warm(
        key.scope, arns[key], environments, [name = key.name](Status asked) {
          if (!asked.ok()) spdlog::warn("keep warm {}: {}", name, asked.error().to_string());
        });
  }
}

void HealthMonitor::tick() {
  std::vector<std::pair<FunctionKey, Watched>> due;
  {
    std::lock_guard lock(mutex_);
    const int64_t now_us = ports_.clock->monotonic_us();
    for (auto& [key, watched] : watched_) {
      if (watched.watch.every_s == 0 || watched.check_running || watched.next_due_us > now_us) {
        continue;
      }
      watched.check_running = true;
      watched.next_due_us = now_us + watched.watch.every_s * 1'000'000;
      due.emplace_back(key, watched);
    }
  }
  for (const auto& [key, watched] : due)
    start_check(key, watched);
}

void HealthMonitor::start_check(const FunctionKey& key, const Watched& watched) {
  std::string request_id = random_uuid(thread_rng());
  svc::FunctionCall call{
      .scope = key.scope,
      .function_arn = watched.arn,
      .payload = check_event(watched.watch.path, ports_.clock->now(), request_id),
      .caller = svc::Caller::root(key.scope.account),
      .request_id = request_id};
  bool is_path_check = !watched.watch.path.empty();
  ports_.functions->invoke(std::move(call), [this, key, is_path_check,
                                             alive = alive_](Result<svc::FunctionAnswer> answer) {
    if (!*alive) return;
    std::string failure = answer.ok()
                              ? failure_of(answer->function_error, answer->payload, is_path_check)
                              : answer.error().to_string();
    int64_t duration_us = answer.ok() ? answer->duration_us : 0;
    // The state is written by a transaction, which waits for the disk: not on this thread.
    ports_.runner->post([this, key, failure, duration_us, alive] {
      if (*alive) finish_check(key, failure, duration_us);
    });
  });
}

void HealthMonitor::finish_check(const FunctionKey& key, std::string failure, int64_t duration_us) {
  {
    std::lock_guard lock(mutex_);
    if (auto it = watched_.find(key); it != watched_.end()) it->second.check_running = false;
  }
  Transition transition = Transition::kNone;
  HealthState state;
  auto written = store::transact(*ports_.store, [&](store::Txn& txn) -> Status {
    MR_ASSIGN(auto before, txn.get(state_key(key.scope, key.name)));
    state = HealthState();
    if (before) {
      MR_ASSIGN(state, decode_state(*before));
    }
    transition = apply_check(state, failure, ports_.clock->now(), kFailuresToAlarm);
    txn.put(state_key(key.scope, key.name), encode_state(state));
    return svc::note_scope(txn, store::Space::kHealth, key.scope);
  });
  if (!written.ok()) {
    spdlog::error("health: {}: {}", key.name, written.error().to_string());
    return;
  }
  svc::MetricSink::Dimensions dimensions{{"FunctionName", key.name}};
  ports_.metrics->record(key.scope, "Millrace/Health", "Healthy", dimensions, "Count",
                         failure.empty() ? 1 : 0);
  if (failure.empty()) {
    ports_.metrics->record(key.scope, "Millrace/Health", "CheckDuration", dimensions,
                           "Milliseconds", static_cast<double>(duration_us) / 1'000);
  }
  if (transition == Transition::kFailed) tell(key, "is failing", failure);
  if (transition == Transition::kRecovered)
    tell(key, "has recovered", "it failed with: " + state.last_failure);
}

void HealthMonitor::tell(const FunctionKey& key, std::string_view what, std::string_view detail) {
  std::string subject = fmt::format("{} in {} {}", key.name, key.scope.region, what);
  spdlog::warn("health: {}: {}", subject, detail);
  const Notify& notify = config_.notify;
  if (!notify.webhook.empty() && ports_.webhooks != nullptr) {
    Json notice;
    notice.set("function", key.name)
        .set("account", key.scope.account)
        .set("region", key.scope.region)
        .set("event", what)
        .set("detail", detail)
        .set("time", format_iso8601(ports_.clock->now()));
    ports_.webhooks->post(notify.webhook, notice.dump(), [](Status posted) {
      if (!posted.ok()) spdlog::warn("health: webhook: {}", posted.error().to_string());
    });
  }
  if (notify.to.empty()) return;
  aws::sesv2::SendEmailRequest mail{.from_email_address = notify.from};
  mail.destination = aws::sesv2::Destination{.to_addresses = notify.to};
  mail.content.simple = aws::sesv2::Message{.subject = {.data = subject}};
  mail.content.simple->body.text =
      aws::sesv2::Content{.data = fmt::format("{}\n\n{}\n", subject, detail)};
  auto sent = ports_.executor->call<aws::sesv2::SendEmail>(root_call(key.scope), mail);
  if (!sent.ok()) spdlog::warn("health: notice not mailed: {}", sent.error().to_string());
}

Result<std::vector<FunctionHealth>> read_function_health(store::Reader& reader) {
  std::vector<FunctionHealth> out;
  MR_ASSIGN(auto scopes, svc::noted_scopes(reader, store::Space::kHealth));
  for (const svc::Scope& scope : scopes) {
    auto cursor = reader.scan(
        store::prefix_range(store::KeyWriter(scope.account, scope.region, store::Space::kHealth)
                                .str("function")
                                .key()));
    for (; cursor->valid(); cursor->next()) {
      store::KeyReader key(cursor->key());
      key.str();
      MR_ASSIGN(HealthState state, decode_state(cursor->value()));
      out.push_back({.scope = scope,
                     .name = key.str().value_or(""),
                     .healthy = state.healthy,
                     .failures_in_a_row = state.failures_in_a_row,
                     .last_failure = state.last_failure,
                     .last_check = state.last_check,
                     .since = state.since});
    }
    MR_TRY(cursor->status());
  }
  return out;
}

}  // namespace millrace::health
