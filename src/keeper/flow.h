// Flow: the keeper's state machines, written as coroutines. A flow does no I/O: it asks for a call
// by `co_await io.call<Op>(side, input)` and is resumed with the reply by whoever drives it: the
// program's shell with real clients, or the simulator with a model of DynamoDB. Destroying a
// suspended flow is what a crash at that point is.
//
// A flow and its Io belong to one thread.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "aws/shape.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace millrace::keeper {

// The return type of a coroutine that gives a T (often a Status). Starts when it is awaited or
// driven.
template <class T>
class [[nodiscard]] Flow {
 public:
  struct promise_type {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::optional<T> value;

    Flow get_return_object() {
      return Flow(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Continue {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
          return self.promise().continuation;
        }
        void await_resume() noexcept {}
      };
      return Continue{};
    }
    void return_value(T result) { value.emplace(std::move(result)); }
    void unhandled_exception() { std::terminate(); }
  };

  Flow() = default;
  Flow(Flow&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Flow& operator=(Flow&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Flow() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
    handle_.promise().continuation = parent;
    return handle_;
  }
  T await_resume() { return std::move(*handle_.promise().value); }

  // For the driver of an outermost flow.
  std::coroutine_handle<> handle() const { return handle_; }
  bool done() const { return handle_.done(); }
  T& result() { return *handle_.promise().value; }

 private:
  explicit Flow(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

enum class Side : uint8_t { kSource, kTarget };

// A call that a flow waits for.
struct Request {
  Side side;
  const aws::Operation* operation;
  std::shared_ptr<void> input;
};
struct Sleep {
  int64_t ms;
};
using Step = std::variant<std::monostate, Request, Sleep>;

// What a flow sees of the world.
class Io {
 public:
  Io(const Clock& clock, Rng& rng) : clock_(clock), rng_(rng) {}
  Io(const Io&) = delete;
  Io& operator=(const Io&) = delete;

  Instant now() const { return clock_.now(); }
  Rng& rng() { return rng_; }

  template <class Op>
  auto call(Side side, typename Op::Input input) {
    struct Awaiter {
      Io& io;
      Side side;
      std::shared_ptr<typename Op::Input> input;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> self) {
        io.suspend(Request{side, &Op::kDescription, std::move(input)}, self);
      }
      Result<typename Op::Output> await_resume() {
        Result<std::shared_ptr<void>> reply = std::move(*io.reply_);
        io.reply_.reset();
        if (!reply.ok()) return std::move(reply).error();
        return std::move(*static_cast<typename Op::Output*>(reply->get()));
      }
    };
    return Awaiter{*this, side, std::make_shared<typename Op::Input>(std::move(input))};
  }

  auto sleep(int64_t ms) {
    struct Awaiter {
      Io& io;
      int64_t ms;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> self) { io.suspend(Sleep{ms}, self); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this, ms};
  }

  // For the driver: what the flow waits for, once.
  Step take_step() { return std::exchange(step_, std::monostate{}); }
  void resume_with(Result<std::shared_ptr<void>> reply) {
    reply_.emplace(std::move(reply));
    resume();
  }
  void resume() { std::exchange(self_, {}).resume(); }

 private:
  void suspend(Step step, std::coroutine_handle<> self) {
    step_ = std::move(step);
    self_ = self;
  }

  const Clock& clock_;
  Rng& rng_;
  Step step_;
  std::coroutine_handle<> self_;
  std::optional<Result<std::shared_ptr<void>>> reply_;
};

}  // namespace millrace::keeper

// MR_TRY and MR_ASSIGN (base/result.h) for coroutines. `expr` may contain co_await.
#define CO_TRY(expr)                                             \
  do {                                                           \
    auto mr_status = (expr);                                     \
    if (!mr_status.ok()) co_return std::move(mr_status).error(); \
  } while (false)
#define CO_ASSIGN(lhs, expr) CO_ASSIGN_IMPL(MR_CONCAT(mr_result_, __COUNTER__), lhs, expr)
#define CO_ASSIGN_IMPL(tmp, lhs, expr)             \
  auto tmp = (expr);                               \
  if (!tmp.ok()) co_return std::move(tmp).error(); \
  lhs = std::move(tmp).value()
