#include "svc/executor.h"

#include <future>

#include "base/log.h"
#include "base/random.h"

namespace millrace::svc {
namespace {

// After this many lost races the client is told to come again; it takes a hot key and bad luck.
constexpr int kAttemptsMax = 100;
// The first reruns are at once: the winner has committed already. Then they spread out.
constexpr int kEagerAttempts = 8;

Error too_busy() {
  return Error("ThrottlingException", 400,
               "Too many concurrent requests for the same resource. Please retry.");
}

}  // namespace

struct Executor::Attempt {
  const Registry::Entry* entry;
  Call call;
  std::shared_ptr<void> input;
  Done done;
  int number = 0;
  // Somebody waits and runs the operation again himself: he is told of a lost race.
  bool is_waited_for = false;
};

Result<std::shared_ptr<Executor::Attempt>> Executor::prepare(const aws::Operation& operation,
                                                             Call call,
                                                             std::shared_ptr<void> input) {
  const Registry::Entry* entry = registry_.find(operation);
  if (entry == nullptr) {
    return Error("UnknownOperationException", 400,
                 std::string(operation.name) + " is not supported by Millrace");
  }
  return std::make_shared<Attempt>(
      Attempt{.entry = entry, .call = std::move(call), .input = std::move(input)});
}

void Executor::run(const aws::Operation& operation, Call call, std::shared_ptr<void> input,
                   Done done) {
  auto prepared = prepare(operation, std::move(call), std::move(input));
  if (!prepared.ok()) return done(std::move(prepared).error());
  std::shared_ptr<Attempt> state = *prepared;
  state->done = std::move(done);
  if (state->entry->start) return start(std::move(state));
  if (!state->entry->blocking) return attempt_here(state);
  attempt(std::move(state));
}

void Executor::attempt(std::shared_ptr<Attempt> state) {
  Status posted = ports_.runner->try_post([this, state] { attempt_here(state); });
  if (!posted.ok()) state->done(std::move(posted).error());
}

void Executor::attempt_here(const std::shared_ptr<Attempt>& state) {
  auto txn = ports_.store->begin();
  Context ctx(state->call, ports_, registry_, *txn);
  Status allowed = authorize(ctx, *state->entry, state->input.get());
  if (!allowed.ok()) return state->done(std::move(allowed).error());
  auto output = state->entry->run(ctx, state->input.get());
  if (!output.ok()) {
    // An operation may find out by itself that what it read has changed: a file that is gone.
    if (store::is_conflict(output.error())) return attempt_again(state);
    return state->done(std::move(output).error());
  }
  auto finish = [this, state, effects = ctx.take_effects(),
                 answer = std::move(*output)](Result<store::CommitVersion> committed) mutable {
    if (committed.ok()) {
      for (auto& effect : effects)
        effect();
      return state->done(std::move(answer));
    }
    if (!store::is_conflict(committed.error())) return state->done(std::move(committed).error());
    attempt_again(state);
  };
  if (!txn->has_writes()) return finish(ports_.store->last_version());
  ports_.store->commit_async(std::move(txn), std::move(finish));
}

void Executor::attempt_again(const std::shared_ptr<Attempt>& state) {
  if (++state->number >= kAttemptsMax) return state->done(too_busy());
  if (state->is_waited_for) return state->done(Error(store::kConflictCode, 409, "Run it again"));
  if (state->number <= kEagerAttempts) return attempt(state);
  int64_t delay_ms = 1 + static_cast<int64_t>(thread_rng().next() % 10);
  ports_.runner->after(delay_ms, [this, state] { attempt(state); });
}

void Executor::start(std::shared_ptr<Attempt> state) {
  if (state->entry->access) {
    auto txn = ports_.store->begin();
    Context ctx(state->call, ports_, registry_, *txn);
    Status allowed = authorize(ctx, *state->entry, state->input.get());
    if (!allowed.ok()) return state->done(std::move(allowed).error());
  }
  state->entry->start(state->call, ports_, state->input, state->done);
}

Result<std::shared_ptr<void>> Executor::call_erased(const aws::Operation& operation, Call call,
                                                    std::shared_ptr<void> input) {
  using Answer = Result<std::shared_ptr<void>>;
  MR_ASSIGN(std::shared_ptr<Attempt> state, prepare(operation, std::move(call), std::move(input)));
  state->is_waited_for = true;
  for (;;) {
    // Shared: who answers may still be inside set_value() when the waiter returns.
    auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    state->done = [promise](Answer answer) { promise->set_value(std::move(answer)); };
    if (state->entry->start) {
      start(state);
      return future.get();
    }
    attempt_here(state);
    Answer answer = future.get();
    if (answer.ok() || !store::is_conflict(answer.error())) return answer;
  }
}

}  // namespace millrace::svc
