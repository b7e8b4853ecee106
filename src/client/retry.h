// When and how long after a failed call is repeated: AWS's "standard" mode. Pure but for the
// budget. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
#pragma once

#include <atomic>
#include <cstdint>

#include "base/error.h"
#include "base/random.h"

namespace millrace::client {

enum class Failure : uint8_t {
  kPermanent,  // the same request will fail again
  kTransient,  // 5xx, a broken connection
  kThrottled,
};
Failure classify(const Error& error);

struct RetryPolicy {
  int attempts_max = 8;
  int64_t base_ms = 25;
  int64_t throttled_base_ms = 100;
  int64_t delay_ms_max = 20'000;
};

// Full jitter: anything up to base * 2^(attempt - 1), bounded. `attempt` counts from 1.
int64_t backoff_ms(const RetryPolicy& policy, Failure failure, int attempt, Rng& rng);

// Stops retries from multiplying the load of a service that is down: each retry costs, each success
// pays a little back. Thread safety: any thread.
class RetryBudget {
 public:
  bool take(Failure failure);
  void on_success();

 private:
  static constexpr int kTokensMax = 500;
  static constexpr int kTransientCost = 10;
  static constexpr int kThrottledCost = 5;
  std::atomic<int> tokens_{kTokensMax};
};

}  // namespace millrace::client
