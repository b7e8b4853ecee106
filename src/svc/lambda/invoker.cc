#include "svc/lambda/invoker.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "svc/credentials.h"
#include "svc/document.h"
#include "svc/lambda/async_queue.h"
#include "svc/lambda/limits.h"
#include "svc/lambda/operations.h"
#include "svc/meter.h"

namespace millrace::lambda {
namespace {

constexpr size_t kCachedMax = 4'096;
constexpr int64_t kWarmRefreshMs = 5'000;
constexpr int64_t kSessionSeconds = 12 * 3600;
constexpr char kService[] = "lambda.amazonaws.com";

Error throttled(std::string_view reason) {
  return api::errors::too_many_requests_exception("Rate Exceeded.")
      .with_member("Reason", fmt::format("\"{}\"", reason));
}

std::string scope_name(const svc::Scope& scope) { return scope.account + "/" + scope.region; }

}  // namespace

Invoker::Invoker(const svc::Ports& ports)
    : ports_(ports), queue_(std::make_unique<AsyncQueue>(ports, *this)) {}
Invoker::~Invoker() { *alive_ = false; }

void Invoker::start() { queue_->start(); }
void Invoker::stop() { queue_->stop(); }

void Invoker::drain(int64_t ms_max) {
  std::unique_lock lock(mutex_);
  idle_.wait_for(lock, std::chrono::milliseconds(ms_max), [this] {
    return std::ranges::all_of(running_in_scope_,
                               [](const auto& entry) { return entry.second == 0; });
  });
}

// ---- finding and asking
// -----------------------------------------------------------------------------

Status Invoker::authorize(store::Reader& reader, const svc::FunctionCall& call,
                          const FunctionRef& ref) {
  // Lambda itself: the queue and the stream pollers; whoever filled the queue was asked then.
  if (call.caller.kind == svc::CallerKind::kService && call.caller.arn == kService) {
    return ok_status();
  }
  svc::Access access{.action = "lambda:InvokeFunction", .resource = function_arn(ref)};
  access.resource_account = ref.scope.account;
  access.context = call.context;
  MR_ASSIGN(auto policy, find_policy(reader, ref));
  if (policy) access.resource_policy = std::move(policy->policy);
  return ports_.authorizer->check(reader, call.caller, access);
}

Result<Prepared> Invoker::prepare(store::Reader& reader, const svc::FunctionCall& call) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(call.scope, call.function_arn));
  MR_TRY(authorize(reader, call, ref));
  double choice = static_cast<double>(thread_rng().next() >> 11) * 0x1.0p-53;
  MR_ASSIGN(Resolved found, resolve(reader, ref, choice));
  MR_ASSIGN(Cached cached, spec_for(reader, ref, found));
  Prepared prepared{.ref = std::move(ref),
                    .version = found.version,
                    .spec = cached.spec,
                    .reserved_concurrency = cached.reserved_concurrency};
  if (found.version != kLatest) {
    // The limit is the function's, not the version's.
    MR_ASSIGN(FunctionRow latest, load_function(reader, prepared.ref));
    prepared.reserved_concurrency = latest.reserved_concurrency;
  }
  return prepared;
}

Result<Invoker::Cached> Invoker::spec_for(store::Reader& reader, const FunctionRef& ref,
                                          const Resolved& found) {
  {
    std::lock_guard lock(mutex_);
    auto it = cache_.find(found.key);
    if (it != cache_.end() && it->second->text == found.text) return *it->second;
  }
  MR_ASSIGN(FunctionRow row, FunctionRow::from_text(found.text));
  const api::FunctionConfiguration& config = row.config;
  auto code = ports_.code_cache->find(row.code_sha256);
  if (!code) {
    MR_ASSIGN(std::string zip, load_code(reader, ref.scope, row.code_sha256));
    MR_ASSIGN(code, ports_.code_cache->unpack(row.code_sha256, zip));
  }
  auto spec = std::make_shared<sandbox::FunctionSpec>();
  spec->arn = function_arn(ref.scope, ref.name);
  spec->account = ref.scope.account;
  spec->region = ref.scope.region;
  spec->name = ref.name;
  spec->version = found.version;
  spec->code_directory = code->directory;
  spec->handler = config.handler.value_or("");
  spec->runtime = config.runtime.value_or("");
  spec->memory_mb = config.memory_size.value_or(128);
  spec->timeout_ms = config.timeout.value_or(3) * 1000;
  if (config.ephemeral_storage) spec->ephemeral_storage_mb = config.ephemeral_storage->size;
  if (config.architectures) spec->architecture = config.architectures->front();
  if (config.tracing_config)
    spec->tracing_mode = config.tracing_config->mode.value_or("PassThrough");
  if (config.environment && config.environment->variables) {
    spec->environment = *config.environment->variables;
  }
  spec->log_group = config.logging_config ? config.logging_config->log_group.value_or("") : "";
  if (spec->log_group.empty()) spec->log_group = "/aws/lambda/" + ref.name;
  spec->revision_key = revision_key(config);
  spec->credentials = [&ports = ports_, role = config.role.value_or(""),
                       name = ref.name]() -> Result<sandbox::FunctionCredentials> {
    if (ports.role_sessions == nullptr) return sandbox::FunctionCredentials{};
    auto snapshot = ports.store->snapshot();
    MR_ASSIGN(
        svc::SessionCredentials session,
        ports.role_sessions->issue_role_session(*snapshot, {.role_arn = role,
                                                            .session_name = name,
                                                            .service = kService,
                                                            .duration_seconds = kSessionSeconds}));
    return sandbox::FunctionCredentials{.access_key_id = session.access_key_id,
                                        .secret_access_key = session.secret_access_key,
                                        .session_token = session.session_token,
                                        .expires_at = session.expiration};
  };
  auto cached = std::make_shared<Cached>(
      Cached{.text = found.text, .spec = spec, .reserved_concurrency = row.reserved_concurrency});
  std::lock_guard lock(mutex_);
  if (cache_.size() >= kCachedMax) cache_.clear();
  cache_[found.key] = cached;
  return *cached;
}

void Invoker::check(svc::FunctionCall call, std::function<void(Status)> done) {
  auto snapshot = ports_.store->snapshot();
  auto prepared = prepare(*snapshot, call);
  done(prepared.ok() ? ok_status() : Status(std::move(prepared).error()));
}

// ---- keeping warm
// -----------------------------------------------------------------------------------

Status Invoker::apply_warm(const std::string& function_arn, Warm& warm) {
  auto snapshot = ports_.store->snapshot();
  svc::FunctionCall call{.scope = warm.scope,
                         .function_arn = function_arn,
                         .caller = svc::Caller::service(kService, "", warm.scope.account)};
  MR_ASSIGN(Prepared prepared, prepare(*snapshot, call));
  warm.revision_key = prepared.spec->revision_key;
  ports_.function_host->keep_warm(prepared.spec, warm.environments);
  return ok_status();
}

void Invoker::keep_warm(const svc::Scope& scope, const std::string& function_arn, int environments,
                        std::function<void(Status)> done) {
  Status applied;
  bool is_first = false;
  {
    std::lock_guard lock(warm_mutex_);
    is_first = warm_.empty() && environments > 0;
    Warm& warm = warm_[function_arn];
    warm.scope = scope;
    warm.environments = environments;
    applied = apply_warm(function_arn, warm);
    if (environments == 0) warm_.erase(function_arn);
  }
  if (is_first) refresh_warm();
  done(std::move(applied));
}

// A function that was updated is kept warm as what it is now.
void Invoker::refresh_warm() {
  ports_.runner->after(kWarmRefreshMs, [this, alive = alive_] {
    if (!*alive) return;
    std::lock_guard lock(warm_mutex_);
    if (warm_.empty()) return;
    for (auto& [function_arn, warm] : warm_) {
      // Deleted for now: asked again next time.
      Status applied = apply_warm(function_arn, warm);
      if (!applied.ok()) warm.revision_key.clear();
    }
    refresh_warm();
  });
}

// ---- running
// ----------------------------------------------------------------------------------------

Status Invoker::enter(const Prepared& prepared) {
  std::lock_guard lock(mutex_);
  int64_t& all = running_in_scope_[scope_name(prepared.ref.scope)];
  int64_t& own = running_[prepared.spec->arn];
  if (prepared.reserved_concurrency && own >= *prepared.reserved_concurrency) {
    return throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
  }
  if (all >= limits::kConcurrentExecutions) return throttled("ConcurrentInvocationLimitExceeded");
  ++all;
  ++own;
  return ok_status();
}

int64_t Invoker::leave(const Prepared& prepared) {
  std::lock_guard lock(mutex_);
  if (--running_in_scope_[scope_name(prepared.ref.scope)] == 0) idle_.notify_all();
  auto own = running_.find(prepared.spec->arn);
  int64_t concurrent = own->second--;
  if (own->second == 0) running_.erase(own);
  return concurrent;
}

void Invoker::invoke(svc::FunctionCall call, Done done) {
  auto snapshot = ports_.store->snapshot();
  auto prepared = prepare(*snapshot, call);
  if (!prepared.ok()) return done(std::move(prepared).error());
  if (call.payload.size() > limits::kSyncPayloadBytesMax) {
    return done(api::errors::request_too_large_exception(
        fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation",
                    limits::kSyncPayloadBytesMax)));
  }
  Status entered = enter(*prepared);
  if (!entered.ok()) {
    if (ports_.metrics) {
      ports_.metrics->record(prepared->ref.scope, "AWS/Lambda", "Throttles",
                             {{"FunctionName", prepared->ref.name}}, "Count", 1);
    }
    return done(std::move(entered).error());
  }
  run(*std::move(prepared), std::move(call), std::move(done));
}

void Invoker::run(Prepared prepared, svc::FunctionCall call, Done done) {
  sandbox::InvokeRequest request;
  request.request_id = call.request_id.empty() ? random_uuid(thread_rng()) : call.request_id;
  request.payload = call.payload.empty() ? "{}" : std::move(call.payload);
  request.invoked_function_arn = function_arn(prepared.ref);
  request.client_context = std::move(call.client_context);
  request.trace_id = std::move(call.trace_header);
  sandbox::FunctionSpecPtr spec = prepared.spec;
  std::string id = request.request_id;
  ports_.function_host->invoke(
      std::move(spec), std::move(request),
      [this, prepared = std::move(prepared), id = std::move(id),
       done = std::move(done)](Result<sandbox::InvokeResult> result) {
        int64_t concurrent = leave(prepared);
        if (!result.ok()) return done(std::move(result).error());
        record(prepared, *result, concurrent);
        done(svc::FunctionAnswer{.payload = std::move(result->payload),
                                 .function_error = std::move(result->function_error),
                                 .executed_version = prepared.version,
                                 .log_tail = std::move(result->log_tail),
                                 .request_id = id,
                                 .duration_us = result->duration_us,
                                 .timed_out = result->status == sandbox::InvokeStatus::kTimeout});
      });
}

void Invoker::record(const Prepared& prepared, const sandbox::InvokeResult& result,
                     int64_t concurrent) {
  const svc::Scope& scope = prepared.ref.scope;
  if (ports_.meter) {
    ports_.meter->count(scope, svc::meters::kLambdaRequests, 1);
    ports_.meter->count(scope, svc::meters::kLambdaGbSeconds,
                        static_cast<double>(result.billed_ms) / 1000.0 *
                            static_cast<double>(prepared.spec->memory_mb) / 1024.0);
  }
  if (!ports_.metrics) return;
  svc::MetricSink::Dimensions dimensions = {{"FunctionName", prepared.ref.name}};
  auto add = [&](std::string_view name, std::string_view unit, double value) {
    ports_.metrics->record(scope, "AWS/Lambda", name, dimensions, unit, value);
  };
  add("Invocations", "Count", 1);
  add("Errors", "Count", result.function_error.empty() ? 0 : 1);
  add("Duration", "Milliseconds", static_cast<double>(result.duration_us) / 1000.0);
  add("ConcurrentExecutions", "Count", static_cast<double>(concurrent));
  add("Throttles", "Count", 0);
}

void Invoker::invoke_async(svc::FunctionCall call, std::function<void(Status)> done) {
  {
    auto snapshot = ports_.store->snapshot();
    auto ref = parse_function_name(call.scope, call.function_arn);
    if (!ref.ok()) return done(std::move(ref).error());
    Status allowed = authorize(*snapshot, call, *ref);
    if (!allowed.ok()) return done(std::move(allowed));
    auto found = resolve(*snapshot, *ref);
    if (!found.ok()) return done(std::move(found).error());
    call.scope = ref->scope;
  }
  if (call.payload.size() > limits::kAsyncPayloadBytesMax) {
    return done(api::errors::request_too_large_exception(
        fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation",
                    limits::kAsyncPayloadBytesMax)));
  }
  queue_->enqueue(std::move(call), std::move(done));
}

void FunctionLogs::append(const sandbox::LogTarget& target, std::vector<sandbox::LogEvent> events) {
  if (!ports_.logs) return;
  std::vector<svc::LogLine> lines;
  lines.reserve(events.size());
  for (sandbox::LogEvent& event : events) {
    lines.push_back({event.timestamp, std::move(event.message)});
  }
  ports_.logs->append({target.account, target.region}, target.group, target.stream,
                      std::move(lines));
}

}  // namespace millrace::lambda
