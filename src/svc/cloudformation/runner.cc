#include "svc/cloudformation/runner.h"

#include <memory>

#include "base/log.h"
#include "base/random.h"
#include "svc/cloudformation/cloudformation.h"
#include "svc/cloudformation/machine.h"
#include "svc/executor.h"
#include "svc/scope_index.h"

namespace millrace::cloudformation {
namespace {

// The store refuses for a reason of its own (a full disk): the run is tried again later.
constexpr int64_t kStoreErrorDelayMs = 5'000;

struct Run : std::enable_shared_from_this<Run> {
  const svc::Ports* ports;
  svc::Scope scope;
  std::string stack_id;
  std::string token;

  void schedule(int64_t delay_ms) {
    auto self = shared_from_this();
    if (delay_ms > 0) {
      ports->runner->after(delay_ms, [self] { self->schedule(0); });
      return;
    }
    ports->runner->post([self] { self->step({}); });
  }

  // With `failure`: the step before failed, which is now told.
  void step(std::optional<Error> failure) {
    auto txn = ports->store->begin();
    Rows rows(*txn, scope);
    auto stored = rows.find_job(stack_id);
    auto stack = rows.find_stack(stack_id);
    if (!stored.ok() || !stack.ok()) return schedule(kStoreErrorDelayMs);
    if (!*stored || !*stack) return;
    Job job = job_from_json(**stored);
    if (job.runner != token) return;
    svc::Call call{.caller = job.caller, .scope = scope};
    call.request.request_id = random_uuid(thread_rng());
    call.request.source_ip = "cloudformation.amazonaws.com";
    call.request.is_secure = true;  // it never leaves the server
    call.request.user_agent = "cloudformation.amazonaws.com";
    call.request.base_url = ports->endpoint_url;
    svc::Context ctx(call, *ports, ports->executor->registry(), *txn);
    auto next = [&] {
      Machine machine(ctx, rows, std::move(**stack), std::move(job));
      return failure ? machine.fail(*failure) : machine.advance();
    }();
    if (!next.ok()) {
      if (failure) {  // even telling it failed
        spdlog::error("stack {}: {}", stack_id, next.error().to_string());
        return schedule(kStoreErrorDelayMs);
      }
      txn.reset();
      return step(std::move(next).error());
    }
    if (!txn->has_writes()) return go_on(*next);
    auto self = shared_from_this();
    ports->store->commit_async(
        std::move(txn), [self, go = *next, failure = std::move(failure),
                         effects = ctx.take_effects()](Result<store::CommitVersion> committed) {
          self->committed(std::move(committed), go, effects, failure);
        });
  }

  void committed(Result<store::CommitVersion> result, const NextStep& next,
                 const std::vector<std::function<void()>>& effects,
                 const std::optional<Error>& failure) {
    if (result.ok()) {
      for (const auto& effect : effects)
        effect();
      return go_on(next);
    }
    if (!store::is_conflict(result.error())) {
      spdlog::error("stack {}: {}", stack_id, result.error().to_string());
      return schedule(kStoreErrorDelayMs);
    }
    if (!failure) return schedule(0);
    auto self = shared_from_this();
    ports->runner->post([self, failure] { self->step(failure); });
  }

  void go_on(const NextStep& next) {
    switch (next.kind) {
      case NextStep::Kind::kAtOnce: return schedule(0);
      case NextStep::Kind::kLater: return schedule(next.delay_ms);
      case NextStep::Kind::kNever: return;
    }
  }
};

std::shared_ptr<Run> make_run(const svc::Ports& ports, const svc::Scope& scope,
                              const std::string& stack_id, const std::string& token) {
  auto run = std::make_shared<Run>();
  run->ports = &ports;
  run->scope = scope;
  run->stack_id = stack_id;
  run->token = token;
  return run;
}

Status resume_scope(const svc::Ports& ports, const svc::Scope& scope) {
  auto token = random_uuid(thread_rng());
  std::vector<std::string> taken;
  MR_TRY(store::transact(*ports.store, [&](store::Txn& txn) -> Status {
    Rows rows(txn, scope);
    MR_ASSIGN(taken, rows.stacks_with_jobs());
    for (const std::string& stack_id : taken) {
      MR_ASSIGN(auto stored, rows.find_job(stack_id));
      Job job = job_from_json(*stored);
      job.runner = token;
      rows.save_job(stack_id, to_json(job));
    }
    return ok_status();
  }));
  for (const std::string& stack_id : taken) {
    spdlog::info("stack {}: going on with its run", stack_id);
    make_run(ports, scope, stack_id, token)->schedule(0);
  }
  return ok_status();
}

}  // namespace

void start_job(svc::Context& ctx, Rows& rows, const std::string& stack_id, Job job) {
  job.runner = random_uuid(thread_rng());
  rows.save_job(stack_id, to_json(job));
  auto run = make_run(ctx.ports(), ctx.scope(), stack_id, job.runner);
  ctx.after_commit([run] { run->schedule(0); });
}

Status resume(const svc::Ports& ports) {
  auto snapshot = ports.store->snapshot();
  MR_ASSIGN(auto scopes, svc::noted_scopes(*snapshot, store::Space::kCloudFormation));
  for (const svc::Scope& scope : scopes)
    MR_TRY(resume_scope(ports, scope));
  return ok_status();
}

}  // namespace millrace::cloudformation
