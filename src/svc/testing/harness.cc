#include "svc/testing/harness.h"

#include <chrono>
#include <future>

namespace millrace::svc::testing {

Harness::Harness(const std::function<void(Registry&)>& register_services)
    : store(store::open_memory_store()) {
  ports = Ports{.store = store.get(),
                .clock = &clock,
                .runner = &runner,
                .executor = &executor,
                .authorizer = &authorizer,
                .functions = &functions,
                .metrics = &metrics,
                .meter = &meter,
                .logs = &logs,
                .webhooks = &webhooks,
                .installation_key = std::string(32, 'k'),
                .endpoint_url = "http://127.0.0.1:4566"};
  register_services(registry);
}

Call Harness::root_call(std::string region, std::string account) {
  return Call{.caller = Caller::root(account),
              .scope = {account, std::move(region)},
              .request = {.request_id = "test-request",
                          .source_ip = "127.0.0.1",
                          .user_agent = "test",
                          .base_url = "http://127.0.0.1:4566"}};
}

Result<std::shared_ptr<void>> Harness::run_erased(const aws::Operation& operation, Call call,
                                                  std::shared_ptr<void> input) {
  std::promise<Result<std::shared_ptr<void>>> promise;
  auto future = promise.get_future();
  executor.run(operation, std::move(call), std::move(input),
               [&promise](Result<std::shared_ptr<void>> r) { promise.set_value(std::move(r)); });
  // The store commits on its own thread; what it answers may post more work to the runner.
  while (future.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
    runner.run_ready();
  }
  return future.get();
}

}  // namespace millrace::svc::testing
