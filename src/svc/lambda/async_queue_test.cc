// The asynchronous queue where it is hard: full workers, races, one function among many.
#include <algorithm>
#include <utility>

#include "svc/lambda/lambda_testing.h"

namespace millrace::lambda {
namespace {

class AsyncQueueTest : public LambdaTest {
 protected:
  void send(const std::string& function, const std::string& payload = "{}") {
    ASSERT_EQ(invoke(function, payload, "Event")->status_code, 202);
  }
  void answer(sandbox::InvokeCallback& held, const std::string& function_error) {
    held(sandbox::InvokeResult{.payload = "null", .function_error = function_error});
  }
  size_t runs_of(const std::string& function) {
    return static_cast<size_t>(
        std::ranges::count_if(host.specs, [&](const auto& s) { return s->name == function; }));
  }
};

TEST_F(AsyncQueueTest, AFailureWhileTheWorkersAreBusyIsRetried) {
  create("f");
  host.hold = true;
  send("f");
  h.runner.run_ready();
  ASSERT_EQ(host.held.size(), 1U);
  h.runner.is_full = true;
  answer(host.held[0], "Unhandled");
  h.runner.run_ready();
  h.runner.is_full = false;
  h.runner.advance_ms(70'000);
  EXPECT_EQ(host.requests.size(), 2U);
}

// Our own end is no attempt of the function, even when it has only one.
TEST_F(AsyncQueueTest, WhatWasNotRunIsNoAttempt) {
  create("f");
  ASSERT_TRUE(
      h.call<api::PutFunctionEventInvokeConfig>({.function_name = "f", .maximum_retry_attempts = 0})
          .ok());
  host.hold = true;
  send("f");
  h.runner.run_ready();
  host.held[0](Error("ServiceException", 500, "The server is shutting down"));
  h.runner.run_ready();
  Invoker after_restart(h.ports);
  after_restart.start();
  h.runner.advance_ms(2'000);
  EXPECT_GE(host.requests.size(), 2U);
}

// A store whose next snapshot is followed by `hook` before it is used.
class HookedStore final : public store::Store {
 public:
  explicit HookedStore(store::Store& real) : real_(real) {}
  std::unique_ptr<store::Txn> begin() override { return real_.begin(); }
  std::unique_ptr<store::Snapshot> snapshot() override {
    auto taken = real_.snapshot();
    if (auto run = std::exchange(hook, nullptr)) run();
    return taken;
  }
  void commit_async(std::unique_ptr<store::Txn> txn, CommitCallback done) override {
    real_.commit_async(std::move(txn), std::move(done));
  }
  store::CommitVersion last_version() const override { return real_.last_version(); }
  Status checkpoint(const std::string& path) override { return real_.checkpoint(path); }
  Status flush() override { return real_.flush(); }
  void close() override { real_.close(); }
  std::function<void()> hook;

 private:
  store::Store& real_;
};

TEST_F(AsyncQueueTest, WhatEndsWhileTheQueueIsReadIsNotRunAgain) {
  create("f");
  create("g");
  HookedStore hooked(*h.store);
  host.hold = true;
  send("f");
  h.runner.run_ready();
  ASSERT_EQ(host.held.size(), 1U);
  ASSERT_EQ(invoke("g", "{}", "Event")->status_code, 202);
  h.ports.store = &hooked;
  hooked.hook = [&] {
    answer(host.held[0], "");
    h.runner.run_ready();
  };
  h.runner.run_ready();
  h.ports.store = h.store.get();
  h.runner.advance_ms(10'000);
  EXPECT_EQ(runs_of("f"), 1U);
  EXPECT_EQ(runs_of("g"), 1U);
}

TEST_F(AsyncQueueTest, ASlowFunctionDoesNotHoldUpTheOthers) {
  create("slow");
  create("fast");
  host.hold = true;
  for (int i = 0; i < 300; ++i)
    send("slow");
  h.runner.run_ready();
  EXPECT_GE(runs_of("slow"), 50U);
  send("fast");
  h.runner.run_ready();
  EXPECT_EQ(runs_of("fast"), 1U);
  // What waits is run as places become free, each once.
  for (size_t i = 0; i < host.held.size(); ++i) {
    answer(host.held[i], "");
    h.runner.run_ready();
  }
  EXPECT_EQ(runs_of("slow"), 300U);
}

TEST_F(AsyncQueueTest, ARestartTakesUpAllThatWaited) {
  create("f");
  host.hold = true;
  for (int i = 0; i < 1'500; ++i)
    send("f");
  h.runner.run_ready();
  host.requests.clear();
  host.hold = false;
  host.answer = [](const auto&, const auto&) { return sandbox::InvokeResult{.payload = "null"}; };
  Invoker after_restart(h.ports);
  after_restart.start();
  h.runner.run_ready();
  EXPECT_EQ(host.requests.size(), 1'500U);
}

}  // namespace
}  // namespace millrace::lambda
