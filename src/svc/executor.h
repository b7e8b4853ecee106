// Executor: runs operations. For each: authorize, begin a transaction, call the handler, commit,
// run again on conflict, then answer. It is the one way in, for requests off the wire and for
// background work alike (a rule that fires, a stack that is being made), so that every effect is
// authorized, atomic and durable in the same way.
//
// Thread safety: free-threaded. Holds no thread while a commit or an asynchronous operation is
// pending.
#pragma once

#include <functional>
#include <memory>

#include "svc/operation.h"

namespace millrace::svc {

class Executor {
 public:
  using Done = Registry::ErasedDone;

  // REQUIRES: `registry` and `ports` outlive the executor; ports has store, clock, runner,
  // authorizer.
  Executor(const Registry& registry, const Ports& ports) : registry_(registry), ports_(ports) {}

  // Runs `operation` with `input` (a struct of its Input type) and calls `done` once, on any
  // thread, possibly before returning. An operation that nobody registered gives
  // UnknownOperationException.
  void run(const aws::Operation& operation, Call call, std::shared_ptr<void> input, Done done);

  // The same, typed, and blocking the caller until it is answered. The operation runs on this very
  // thread, again and again while it loses races, so that a worker never waits for a worker.
  // REQUIRES: for an operation that is `blocking` or started, a thread that may block; outside of
  // operations (they have Context::call).
  template <class Op>
  Result<typename Op::Output> call(Call call, typename Op::Input input) {
    auto output = call_erased(Op::kDescription, std::move(call),
                              std::make_shared<typename Op::Input>(std::move(input)));
    if (!output.ok()) return std::move(output).error();
    return std::move(*std::static_pointer_cast<typename Op::Output>(*output));
  }
  Result<std::shared_ptr<void>> call_erased(const aws::Operation& operation, Call call,
                                            std::shared_ptr<void> input);

  const Registry& registry() const { return registry_; }

 private:
  struct Attempt;
  void attempt(std::shared_ptr<Attempt> attempt);
  void attempt_here(const std::shared_ptr<Attempt>& attempt);
  void attempt_again(const std::shared_ptr<Attempt>& attempt);
  Result<std::shared_ptr<Attempt>> prepare(const aws::Operation& operation, Call call,
                                           std::shared_ptr<void> input);
  void start(std::shared_ptr<Attempt> attempt);

  const Registry& registry_;
  const Ports& ports_;
};

}  // namespace millrace::svc
