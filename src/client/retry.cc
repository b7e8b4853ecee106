#include "client/retry.h"

#include <algorithm>
#include <string_view>

namespace millrace::client {
namespace {

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

}  // namespace

Failure classify(const Error& error) {
  if (is_one_of(error.code(),
                {"ProvisionedThroughputExceededException", "ThrottlingException", "Throttling",
                 "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
                 "TooManyRequestsException", "SlowDown", "ThrottledException", "RequestThrottling",
                 "EC2ThrottledException", "TransactionInProgressException",
                 "PriorRequestNotComplete", "BandwidthLimitExceeded"}) ||
      error.http_status() == 429) {
    return Failure::kThrottled;
  }
  if (error.http_status() >= 500 && error.http_status() != 501) return Failure::kTransient;
  if (is_one_of(error.code(), {"RequestTimeout", "RequestTimeoutException", "InternalError",
                               "IDPCommunicationError", "ChecksumMismatch"})) {
    return Failure::kTransient;
  }
  return Failure::kPermanent;
}

int64_t backoff_ms(const RetryPolicy& policy, Failure failure, int attempt, Rng& rng) {
  const int64_t base = failure == Failure::kThrottled ? policy.throttled_base_ms : policy.base_ms;
  const int shift = std::min(attempt - 1, 20);
  const int64_t ceiling = std::min(policy.delay_ms_max, base << shift);
  return static_cast<int64_t>(rng.next() % static_cast<uint64_t>(ceiling + 1));
}

bool RetryBudget::take(Failure failure) {
  const int cost = failure == Failure::kThrottled ? kThrottledCost : kTransientCost;
  int tokens = tokens_.load();
  while (tokens >= cost) {
    if (tokens_.compare_exchange_weak(tokens, tokens - cost)) return true;
  }
  return false;
}

void RetryBudget::on_success() {
  int tokens = tokens_.load();
  while (tokens < kTokensMax) {
    if (tokens_.compare_exchange_weak(tokens, tokens + 1)) return;
  }
}

}  // namespace millrace::client
