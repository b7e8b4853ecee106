// An operation is a function from (context, input) to output. It reads and writes through the
// context's transaction; the executor begins that transaction, commits it, and only then answers,
// so a success that a client sees is on disk. When the commit loses a race the function runs again
// from a new transaction: it must change nothing but the transaction, and put every other effect
// into after_commit().
//
//   Result<PutItemOutput> put_item(Context& ctx, const PutItemInput& in);
//   registry.add<aws::dynamodb::PutItem>({.run = put_item, .access = put_item_access});
//
// An operation that waits for something outside the store (Invoke) is registered with `start`
// instead and answers by callback, holding no thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "aws/shape.h"
#include "base/result.h"
#include "svc/caller.h"
#include "svc/ports.h"

namespace millrace::svc {

// What an operation may want to know of the request that carries it.
struct RequestInfo {
  std::string request_id;
  std::string source_ip;
  std::string user_agent;
  // Nobody can listen in: TLS, or a client on this very machine.
  bool is_secure = false;
  // Scheme and authority as the client used them, "http://127.0.0.1:4566": for URLs in answers.
  std::string base_url;
};

struct Call {
  Caller caller;
  Scope scope;
  RequestInfo request;
};

class Registry;

// Belongs to one attempt of one operation, on one thread.
class Context {
 public:
  Context(const Call& call, const Ports& ports, const Registry& registry, store::Txn& txn)
      : call_(call), ports_(ports), registry_(registry), txn_(txn), now_(ports.clock->now()) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Caller& caller() const { return call_.caller; }
  const Scope& scope() const { return call_.scope; }
  const std::string& account() const { return call_.scope.account; }
  const std::string& region() const { return call_.scope.region; }
  const RequestInfo& request() const { return call_.request; }
  const Ports& ports() const { return ports_; }
  store::Txn& txn() { return txn_; }
  Instant now() const { return now_; }  // the same throughout the attempt

  // "arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE".
  std::string arn(std::string_view service, std::string_view resource) const;

  // Runs another operation within this transaction, with this caller and his permissions. REQUIRES:
  // Op is registered with `run`.
  template <class Op>
  Result<typename Op::Output> call(const typename Op::Input& input);

  // The same as another caller: a role that a service acts as.
  template <class Op>
  Result<typename Op::Output> call_as(const Caller& caller, const typename Op::Input& input);

  // Runs once after this transaction is on disk, before the answer is sent; must not block.
  void after_commit(std::function<void()> effect) { effects_.push_back(std::move(effect)); }
  std::vector<std::function<void()>> take_effects() { return std::move(effects_); }

 private:
  Result<std::shared_ptr<void>> call_erased(const aws::Operation& operation, const void* input);

  const Call& call_;
  const Ports& ports_;
  const Registry& registry_;
  store::Txn& txn_;
  Instant now_;
  std::vector<std::function<void()>> effects_;
};

template <class Op>
struct Handler {
  using Input = typename Op::Input;
  using Output = typename Op::Output;
  using Done = std::function<void(Result<Output>)>;

  // Exactly one of the two.
  Result<Output> (*run)(Context&, const Input&) = nullptr;
  void (*start)(const Call&, const Ports&, std::shared_ptr<const Input>, Done) = nullptr;

  // The permissions that the request needs; may read the transaction (for a resource policy). Runs
  // before `run`. Absent: the operation needs none (e.g. GetCallerIdentity).
  Result<std::vector<Access>> (*access)(Context&, const Input&) = nullptr;

  // It waits for files, or reads ranges of any length: runs on the worker pool instead of where the
  // request arrived. What reads and writes single keys stays there. So does not, whatever this
  // says, an operation whose name begins with "List": it reads a range.
  bool blocking = false;
};

// All operations we have; filled at start by each service's register_operations(), constant after.
class Registry {
 public:
  using ErasedDone = std::function<void(Result<std::shared_ptr<void>>)>;
  struct Entry {
    const aws::Operation* operation;
    std::function<Result<std::shared_ptr<void>>(Context&, const void*)> run;
    std::function<void(const Call&, const Ports&, std::shared_ptr<void>, ErasedDone)> start;
    std::function<Result<std::vector<Access>>(Context&, const void*)> access;
    bool blocking;
  };

  template <class Op>
  void add(Handler<Op> handler);

  // nullptr when nobody has registered it.
  const Entry* find(const aws::Operation& operation) const;

  // Operations of the generated tables without a handler: a test keeps this empty.
  std::vector<std::string> missing() const;

 private:
  std::unordered_map<const aws::Operation*, Entry> entries_;
};

// OK when the context's caller may do this. What conditions may ask of the request itself
// (aws:SourceIp ...) is added here.
Status authorize(Context& ctx, Access access);

// OK when the context's caller has every permission that the operation asks for with this input.
Status authorize(Context& ctx, const Registry::Entry& entry, const void* input);

template <class Op>
Result<typename Op::Output> Context::call(const typename Op::Input& input) {
  auto output = call_erased(Op::kDescription, &input);
  if (!output.ok()) return std::move(output).error();
  return std::move(*std::static_pointer_cast<typename Op::Output>(*output));
}

template <class Op>
Result<typename Op::Output> Context::call_as(const Caller& caller,
                                             const typename Op::Input& input) {
  Call as_other{.caller = caller, .scope = scope(), .request = request()};
  Context ctx(as_other, ports_, registry_, txn_);
  auto output = ctx.call<Op>(input);
  for (auto& effect : ctx.effects_)
    effects_.push_back(std::move(effect));
  return output;
}

template <class Op>
void Registry::add(Handler<Op> handler) {
  using Input = typename Op::Input;
  using Output = typename Op::Output;
  CHECK((handler.run == nullptr) != (handler.start == nullptr));
  Entry entry{.operation = &Op::kDescription,
              .blocking = handler.blocking || Op::kDescription.name.starts_with("List")};
  if (auto run = handler.run) {
    entry.run = [run](Context& ctx, const void* input) -> Result<std::shared_ptr<void>> {
      auto output = run(ctx, *static_cast<const Input*>(input));
      if (!output.ok()) return std::move(output).error();
      return std::shared_ptr<void>(std::make_shared<Output>(std::move(output).value()));
    };
  }
  if (auto start = handler.start) {
    entry.start = [start](const Call& call, const Ports& ports, std::shared_ptr<void> input,
                          ErasedDone done) {
      start(call, ports, std::static_pointer_cast<const Input>(input),
            [done = std::move(done)](Result<Output> output) {
              if (!output.ok()) return done(std::move(output).error());
              done(std::shared_ptr<void>(std::make_shared<Output>(std::move(output).value())));
            });
    };
  }
  if (auto access = handler.access) {
    entry.access = [access](Context& ctx, const void* input) {
      return access(ctx, *static_cast<const Input*>(input));
    };
  }
  CHECK(entries_.emplace(&Op::kDescription, std::move(entry)).second);
}

}  // namespace millrace::svc
