// Power loss, full disks and kill -9: what was acknowledged is there afterwards, whole transactions
// only, in the order of their versions. Every random choice comes from the printed seed; the
// interleaving of threads does not, so a seed repeats a failure likely, not surely.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>
#include <rocksdb/system_clock.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "base/log.h"
#include "store/engines_for_test.h"
#include "store/fault_fs.h"
#include "store/rocks_store.h"

namespace millrace::store {
namespace {

uint64_t test_seed() {
  if (const char* given = std::getenv("MILLRACE_TEST_SEED")) return std::stoull(given);
  return thread_rng().next();
}

// One transaction of the workload. All parts belong together: the items, the log record that tells
// of them, the number of records twice (read-modify-write and add).
Result<CommitVersion> write_one(Store& store, Rng& rng, const std::string& tag) {
  std::string item = "item/" + std::to_string(rng.next() % 8);
  bool is_delete = rng.next() % 4 == 0;
  std::string padding(rng.next() % 600, 'p');
  return transact(
      store,
      [&](Txn& txn) -> Status {
        MR_ASSIGN(auto count, txn.get("count"));
        txn.put("count", std::to_string(count ? std::stoi(*count) + 1 : 1));
        is_delete ? txn.del(item) : txn.put(item, tag + padding);
        txn.append("log/", tag + " " + item + " " + (is_delete ? "" : tag + padding));
        txn.add("n", 1);
        return ok_status();
      },
      1000);
}

struct Audit {
  std::set<std::string> tags;
  CommitVersion last_version = 0;
};

// Replays the log and compares everything else with it.
Audit audit(Store& store) {
  Audit audit;
  std::map<std::string, std::string> items;
  auto snapshot = store.snapshot();
  {
    auto cursor = snapshot->scan(prefix_range("log/"));
    for (; cursor->valid(); cursor->next()) {
      std::string record(cursor->value());
      size_t first = record.find(' '), second = record.find(' ', first + 1);
      EXPECT_TRUE(audit.tags.insert(record.substr(0, first)).second) << "committed twice";
      std::string item = record.substr(first + 1, second - first - 1);
      items[item] = record.substr(second + 1);
      if (items[item].empty()) items.erase(item);
      CommitVersion version = version_of_key(cursor->key());
      EXPECT_GT(version, audit.last_version);
      audit.last_version = version;
    }
    EXPECT_TRUE(cursor->status().ok()) << cursor->status().error().to_string();
  }
  std::map<std::string, std::string> found;
  auto cursor = snapshot->scan(prefix_range("item/"));
  for (; cursor->valid(); cursor->next())
    found.emplace(cursor->key(), cursor->value());
  EXPECT_EQ(found, items) << "the items are not what the log says";
  auto n = *snapshot->get("n"), count = *snapshot->get("count");
  auto records = static_cast<int64_t>(audit.tags.size());
  EXPECT_EQ(n ? decode_counter(*n) : 0, records);
  EXPECT_EQ(count ? std::stoll(*count) : 0, records);
  return audit;
}

// RocksDB's background threads sleep a second after each failure; here failures are the daily
// bread.
class ImpatientClock final : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "ImpatientClock"; }
  void SleepForMicroseconds(int us) override {
    SystemClockWrapper::SleepForMicroseconds(std::min(us, 1000));
  }
};

class TestEnv final : public rocksdb::EnvWrapper {
 public:
  explicit TestEnv(const std::shared_ptr<rocksdb::FileSystem>& fs)
      : EnvWrapper(rocksdb::NewCompositeEnv(fs)) {
    system_clock_ = std::make_shared<ImpatientClock>();
  }
};

class StoreCrash : public testing::Test {
 protected:
  StoreCrash()
      : memory_(rocksdb::NewMemEnv(rocksdb::Env::Default())),
        fs_(std::make_shared<FaultFs>(memory_->GetFileSystem(), rng_)),
        env_(std::make_unique<TestEnv>(fs_)) {
    spdlog::set_level(spdlog::level::off);  // each crash is an error, rightly
    std::printf("MILLRACE_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed_));
  }

  ~StoreCrash() override { spdlog::set_level(spdlog::level::info); }

  Result<std::unique_ptr<Store>> open(Durability durability = Durability::kSync) {
    // Tiny memtables, so that flushes and compactions are crashed into as well.
    return open_rocks_store_on(env_.get(), {.path = "/db",
                                            .durability = durability,
                                            .block_cache_bytes = 1 << 20,
                                            .memtable_bytes = 64 << 10});
  }

  // Runs writers until the machine crashes; collects what was acknowledged.
  void run_until_crash(Store& store, int round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([this, &store, round, t, seed = rng_.next()] {
        SeededRng rng(seed);
        for (int i = 0;; ++i) {
          std::string tag =
              std::to_string(round) + "." + std::to_string(t) + "." + std::to_string(i);
          auto version = write_one(store, rng, tag);
          if (!version.ok()) return;
          std::lock_guard lock(mutex_);
          acknowledged_.insert(tag);
          last_version_ = std::max(last_version_, *version);
        }
      });
    }
    for (std::thread& thread : threads)
      thread.join();
  }

  uint64_t seed_ = test_seed();
  SeededRng rng_{seed_};
  std::unique_ptr<rocksdb::Env> memory_;
  std::shared_ptr<FaultFs> fs_;
  std::unique_ptr<rocksdb::Env> env_;
  std::mutex mutex_;
  std::set<std::string> acknowledged_;  // guarded by mutex_
  CommitVersion last_version_ = 0;      // guarded by mutex_
};

TEST_F(StoreCrash, AcknowledgedCommitsSurviveRandomCrashes) {
  constexpr int kCrashes = 100;
  for (int round = 0; round < kCrashes && !HasFailure(); ++round) {
    // Sometimes already while it opens.
    fs_->crash_after(rng_.next() % (round % 5 == 0 ? 20 : 300));
    if (auto store = open(); store.ok()) {
      if (!fs_->has_crashed()) audit(**store);
      run_until_crash(**store, round);
      EXPECT_EQ(write_one(**store, rng_, "late").error().code(), "InternalFailure");
    }
    EXPECT_TRUE(fs_->has_crashed());
    fs_->restart();

    auto store = open();
    ASSERT_TRUE(store.ok()) << "crash " << round << ": " << store.error().to_string();
    Audit found = audit(**store);
    EXPECT_TRUE(std::ranges::includes(found.tags, acknowledged_)) << "lost, crash " << round;
    EXPECT_GE((*store)->last_version(), last_version_);
    EXPECT_GE(found.last_version, last_version_);
    // What was on its way when the power went may have made it; now it is there for good.
    acknowledged_ = found.tags;
    if (round % 10 == 9) EXPECT_TRUE((*store)->flush().ok());
  }
  EXPECT_GT(acknowledged_.size(), kCrashes);
}

// Relaxed: the newest commits may be lost, but what is left is one moment of the past.
TEST_F(StoreCrash, RelaxedLosesOnlyTheNewestCommits) {
  for (int round = 0; round < 20 && !HasFailure(); ++round) {
    {
      auto store = open(Durability::kRelaxed);
      ASSERT_TRUE(store.ok()) << store.error().to_string();
      fs_->crash_after(50 + rng_.next() % 200);
      run_until_crash(**store, round);
    }
    fs_->restart();
    auto store = open(Durability::kRelaxed);
    ASSERT_TRUE(store.ok()) << store.error().to_string();
    audit(**store);
  }
}

TEST_F(StoreCrash, ANearlyFullDiskRefusesWritesUntilThereIsRoom) {
  auto opened = open_rocks_store_on(env_.get(), {.path = "/db", .free_bytes_min = 1000});
  ASSERT_TRUE(opened.ok());
  Store& store = **opened;
  auto put = [&](const std::string& key) {
    auto txn = store.begin();
    txn->put(key, "v");
    return store.commit(std::move(txn)).ok();
  };
  EXPECT_TRUE(put("a"));
  fs_->set_free_bytes(999);
  EXPECT_FALSE(put("b"));
  EXPECT_TRUE(store.snapshot()->get("a")->has_value());
  EXPECT_FALSE(store.snapshot()->get("b")->has_value());
  fs_->set_free_bytes(1000);
  EXPECT_TRUE(put("b"));
  opened->reset();
  opened = open();
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE((*opened)->snapshot()->get("b")->has_value());
}

TEST_F(StoreCrash, AFailedSyncOrWriteMakesTheStoreReadOnly) {
  for (FaultFs::Fault fault : {FaultFs::Fault::kSync, FaultFs::Fault::kAppend}) {
    auto store = std::move(open()).value();
    auto committed = write_one(*store, rng_, "before" + std::to_string(int(fault)));
    ASSERT_TRUE(committed.ok());
    auto snapshot = store->snapshot();
    fs_->fail(fault, rocksdb::IOStatus::NoSpace("No space left on device"));
    std::string tag = "failed" + std::to_string(int(fault));
    auto failed = write_one(*store, rng_, tag);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().http_status(), 500);
    EXPECT_THAT(failed.error().message(), testing::HasSubstr("No space left"));
    fs_->clear_fault();
    EXPECT_FALSE(write_one(*store, rng_, "after").ok()) << "stays read-only";
    EXPECT_EQ(store->last_version(), *committed) << "nothing of it is visible";
    EXPECT_FALSE(audit(*store).tags.contains(tag)) << "reading goes on";
    EXPECT_TRUE(store->commit(store->begin()).ok()) << "and so do transactions that only read";
    snapshot.reset();
    store.reset();
    store = std::move(open()).value();
    audit(*store);
    EXPECT_TRUE(write_one(*store, rng_, "again" + std::to_string(int(fault))).ok());
  }
}

TEST_F(StoreCrash, OpeningABrokenOrOccupiedStoreIsAnError) {
  fs_->fail(FaultFs::Fault::kAppend, rocksdb::IOStatus::IOError("broken"));
  auto store = open();
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(store.error().message(), testing::HasSubstr("Cannot open the store in /db"));
  fs_->clear_fault();
  store = open();
  ASSERT_TRUE(store.ok()) << store.error().to_string();
  EXPECT_FALSE(open().ok()) << "one process, one store";
}

// --- kill -9 ------------------------------------------------------------------------------------

constexpr char kChildDir[] = "MILLRACE_CRASH_CHILD_DIR";
constexpr int kAckFd = 3;

// The child of the test below, run only by it: writes and tells every acknowledgement until killed.
TEST(StoreKillChild, DISABLED_WritesUntilKilled) {
  const char* dir = std::getenv(kChildDir);
  ASSERT_NE(dir, nullptr);
  auto store = open_rocks_store({.path = dir, .memtable_bytes = 64 << 10});
  ASSERT_TRUE(store.ok()) << store.error().to_string();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      SeededRng rng(t);
      for (int i = 0;; ++i) {
        std::string tag =
            std::to_string(getpid()) + "." + std::to_string(t) + "." + std::to_string(i);
        if (!write_one(**store, rng, tag).ok()) return;
        tag.push_back('\n');
        if (write(kAckFd, tag.data(), tag.size()) < 0) return;  // short: atomic on a pipe
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
}

// Starts the child with its acknowledgements going into `ack_fd`.
pid_t spawn_child(const std::string& dir, int ack_fd) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ack_fd, kAckFd);
  std::string dir_variable = std::string(kChildDir) + "=" + dir;
  char program[] = "/proc/self/exe", filter[] = "--gtest_filter=StoreKillChild.*",
       disabled[] = "--gtest_also_run_disabled_tests", brief[] = "--gtest_brief=1";
  char* argv[] = {program, filter, disabled, brief, nullptr};
  char* env[] = {dir_variable.data(), nullptr};
  pid_t pid = -1;
  EXPECT_EQ(posix_spawn(&pid, program, &actions, nullptr, argv, env), 0);
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

TEST(StoreKill, AcknowledgedCommitsSurviveKill9) {
  TempDir dir;
  std::set<std::string> acknowledged;
  for (size_t acks_before_kill : {1, 60, 150}) {
    int fds[2];
    ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
    pid_t child = spawn_child(dir.path() + "/db", fds[1]);
    close(fds[1]);
    std::string text;
    bool is_killed = false;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(fds[0], buffer, sizeof(buffer))) > 0;) {
      text.append(buffer, static_cast<size_t>(n));
      auto acks = static_cast<size_t>(std::ranges::count(text, '\n'));
      if (!is_killed && acks >= acks_before_kill) is_killed = kill(child, SIGKILL) == 0;
    }
    close(fds[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    for (size_t from = 0, end; (end = text.find('\n', from)) != std::string::npos; from = end + 1) {
      acknowledged.insert(text.substr(from, end - from));
    }
    auto store = open_rocks_store({.path = dir.path() + "/db", .memtable_bytes = 64 << 10});
    ASSERT_TRUE(store.ok()) << store.error().to_string();
    EXPECT_TRUE(std::ranges::includes(audit(**store).tags, acknowledged)) << "lost";
  }
}

}  // namespace
}  // namespace millrace::store
