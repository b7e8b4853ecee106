// The store against the disk under it: durable commits at 1, 8 and 64 in flight beside a loop of
// append + fdatasync on the same file system in the same run. Read the ratios (counter
// "x_fdatasync": commits per second over syncs per second), not the absolute numbers, which move
// with the machine.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <vector>

#include "base/random.h"
#include "store/store.h"

namespace millrace::store {
namespace {

constexpr size_t kValueBytes = 400;
constexpr int kKeys = 10'000;

class Folder {
 public:
  Folder() : path_("store_bench_" + random_uuid(thread_rng())) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

Folder& folder() {
  static Folder folder;
  return folder;
}

double now_s() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

// Syncs per second of appends of one record, median of 200; measured once.
double fdatasync_per_s() {
  static const double result = [] {
    int fd = open(folder().file("loop").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    std::string record(kValueBytes + 50, 'r');
    std::vector<double> seconds;
    for (int i = 0; i < 200; ++i) {
      double start = now_s();
      if (write(fd, record.data(), record.size()) < 0 || fdatasync(fd) != 0) std::abort();
      seconds.push_back(now_s() - start);
    }
    close(fd);
    std::ranges::nth_element(seconds, seconds.begin() + 100);
    return 1 / seconds[100];
  }();
  return result;
}

std::string key_of(uint64_t i) { return "user#" + std::to_string(i % kKeys); }

Store& store() {
  static std::unique_ptr<Store> store = [] {
    (void)folder();  // made first, so removed last
    auto opened = std::move(open_rocks_store({.path = folder().file("db")})).value();
    for (uint64_t i = 0; i < kKeys; i += 100) {
      auto txn = opened->begin();
      for (uint64_t k = i; k < i + 100; ++k)
        txn->put(key_of(k), std::string(kValueBytes, 'v'));
      if (!opened->commit(std::move(txn)).ok()) std::abort();
    }
    return opened;
  }();
  return *store;
}

void get(benchmark::State& state) {
  SeededRng rng(1);
  for (auto _ : state) {
    auto value = store().snapshot()->get(key_of(rng.next()));
    benchmark::DoNotOptimize(value);
  }
}
BENCHMARK(get);

void scan_100(benchmark::State& state) {
  for (auto _ : state) {
    auto snapshot = store().snapshot();
    auto cursor = snapshot->scan(prefix_range("user#"));
    for (int i = 0; i < 100 && cursor->valid(); ++i)
      cursor->next();
  }
}
BENCHMARK(scan_100);

// As PutItem does it: read the old value, write the new one, append a stream record.
std::unique_ptr<Txn> item_write(Rng& rng, const std::string& value) {
  auto txn = store().begin();
  std::string key = key_of(rng.next());
  if (!txn->get(key).ok()) std::abort();
  txn->put(key, value);
  txn->append("stream#", value);
  return txn;
}

// One producer keeps `in flight` commits waiting, as an event loop does.
void put_durable(benchmark::State& state) {
  auto in_flight_max = static_cast<int>(state.range(0));
  SeededRng rng(2);
  std::string value(kValueBytes, 'w');
  std::mutex mutex;
  std::condition_variable wake;
  int in_flight = 0;
  double syncs_per_s = fdatasync_per_s();
  (void)store();
  double start = now_s();
  for (auto _ : state) {
    {
      std::unique_lock lock(mutex);
      wake.wait(lock, [&] { return in_flight < in_flight_max; });
      ++in_flight;
    }
    store().commit_async(item_write(rng, value), [&](Result<CommitVersion> result) {
      if (!result.ok() && !is_conflict(result.error())) std::abort();
      std::lock_guard lock(mutex);
      if (in_flight-- == in_flight_max) wake.notify_one();
    });
  }
  std::unique_lock lock(mutex);
  while (in_flight > 0)
    wake.wait_for(lock, std::chrono::milliseconds(1));
  double per_s = static_cast<double>(state.iterations()) / (now_s() - start);
  state.counters["commits_per_s"] = per_s;
  state.counters["x_fdatasync"] = per_s / syncs_per_s;
}
BENCHMARK(put_durable)->Arg(1)->Arg(8)->Arg(64)->UseRealTime();

}  // namespace
}  // namespace millrace::store

BENCHMARK_MAIN();
