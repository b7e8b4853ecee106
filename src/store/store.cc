#include "store/store.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>

#include "base/random.h"

namespace millrace::store {
namespace {

uint64_t decode_u64(std::string_view bytes) {
  uint64_t value = 0;
  for (char byte : bytes)
    value = (value << 8) | static_cast<uint8_t>(byte);
  return value;
}

// Full jitter: as long a wait as this on average halves the contenders each time it doubles.
void back_off(int attempt) {
  constexpr int64_t kFirstUs = 100;
  constexpr int64_t kMostUs = 10'000;
  int64_t bound_us = std::min(kMostUs, kFirstUs << std::min(attempt, 10));
  auto wait_us = static_cast<int64_t>(thread_rng().next() % static_cast<uint64_t>(bound_us));
  std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
}

}  // namespace

KeyRange prefix_range(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xFF')
    end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return KeyRange{std::string(prefix), std::move(end)};
}

CommitVersion version_of_key(std::string_view key) {
  CHECK(key.size() >= kAppendSuffixBytes);
  return decode_u64(key.substr(key.size() - kAppendSuffixBytes, sizeof(CommitVersion)));
}

int64_t decode_counter(std::string_view value) {
  return value.size() == sizeof(int64_t) ? static_cast<int64_t>(decode_u64(value)) : 0;
}

bool is_conflict(const Error& error) { return error.code() == kConflictCode; }

Result<CommitVersion> Store::commit(std::unique_ptr<Txn> txn) {
  // The promise is shared: the committer may still be inside set_value() when the waiter returns.
  auto promise = std::make_shared<std::promise<Result<CommitVersion>>>();
  auto future = promise->get_future();
  commit_async(std::move(txn),
               [promise](Result<CommitVersion> result) { promise->set_value(std::move(result)); });
  return future.get();
}

Result<CommitVersion> transact(Store& store, const std::function<Status(Txn&)>& body,
                               int attempts_max) {
  for (int attempt = 1;; ++attempt) {
    std::unique_ptr<Txn> txn = store.begin();
    MR_TRY(body(*txn));
    Result<CommitVersion> result = store.commit(std::move(txn));
    if (result.ok() || !is_conflict(result.error()) || attempt >= attempts_max) return result;
    // The first rerun starts at once: what it lost against is already visible.
    if (attempt > 1) back_off(attempt);
  }
}

}  // namespace millrace::store
