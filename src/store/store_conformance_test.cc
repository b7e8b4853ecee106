// What every engine must do, engine by engine. A new engine is added to kEngines and passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/random.h"
#include "store/engines_for_test.h"
#include "store/store.h"

namespace millrace::store {

TempDir::TempDir() {
  path_ = (std::filesystem::temp_directory_path() / ("millrace-store-" + random_uuid(thread_rng())))
              .string();
  std::filesystem::create_directory(path_);
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Store> open_rocks(const std::string& path, Durability durability) {
  auto store = open_rocks_store({.path = path, .durability = durability});
  EXPECT_TRUE(store.ok()) << store.error().to_string();
  return store.ok() ? std::move(store).value() : nullptr;
}

const Engine kEngines[] = {
    {.name = "Memory", .open = [](const std::string&) { return open_memory_store(); }},
    {.name = "Rocks",
     .open = [](const std::string& path) { return open_rocks(path, Durability::kSync); },
     .is_durable = true},
    {.name = "RocksRelaxed",
     .open = [](const std::string& path) { return open_rocks(path, Durability::kRelaxed); },
     .is_durable = true},
};

Pairs walk(std::unique_ptr<Cursor> cursor, size_t steps_max = SIZE_MAX) {
  Pairs pairs;
  for (; cursor->valid() && pairs.size() < steps_max; cursor->next()) {
    pairs.emplace_back(cursor->key(), cursor->value());
  }
  EXPECT_TRUE(cursor->status().ok());
  return pairs;
}

std::optional<std::string> get(Reader& reader, std::string_view key) {
  auto value = reader.get(key);
  EXPECT_TRUE(value.ok());
  return std::move(value).value();
}

class StoreConformance : public testing::TestWithParam<Engine> {
 protected:
  StoreConformance() { open(); }

  void open() {
    store_.reset();
    store_ = GetParam().open(dir_.path() + "/db");
    ASSERT_NE(store_, nullptr);
  }

  CommitVersion put(const Pairs& pairs) {
    auto txn = store_->begin();
    for (const auto& [key, value] : pairs)
      txn->put(key, value);
    return must_commit(std::move(txn));
  }

  CommitVersion must_commit(std::unique_ptr<Txn> txn) {
    auto version = store_->commit(std::move(txn));
    EXPECT_TRUE(version.ok()) << version.error().to_string();
    return version.ok() ? *version : 0;
  }

  void expect_conflict(std::unique_ptr<Txn> txn) {
    auto version = store_->commit(std::move(txn));
    ASSERT_FALSE(version.ok());
    EXPECT_TRUE(is_conflict(version.error())) << version.error().to_string();
  }

  std::optional<std::string> now(std::string_view key) { return get(*store_->snapshot(), key); }

  TempDir dir_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreConformance, PutsGetsAndDeletes) {
  EXPECT_EQ(now("a"), std::nullopt);
  put({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(now("a"), "1");
  auto txn = store_->begin();
  txn->del("a");
  txn->del("never there");
  must_commit(std::move(txn));
  EXPECT_EQ(now("a"), std::nullopt);
  EXPECT_EQ(now("b"), "2");
}

TEST_P(StoreConformance, ATransactionDroppedChangesNothing) {
  {
    store_->begin()->put("a", "1");
  }
  EXPECT_EQ(now("a"), std::nullopt);
}

TEST_P(StoreConformance, VersionsIncreaseAndAreVisible) {
  CommitVersion first = put({{"a", "1"}});
  CommitVersion second = put({{"a", "2"}, {"b", "2"}});
  EXPECT_GT(second, first);
  EXPECT_EQ(store_->last_version(), second);
  EXPECT_EQ(must_commit(store_->begin()), second) << "without writes: its snapshot's version";
}

TEST_P(StoreConformance, EmptyBinaryAndLargeKeysAndValues) {
  std::string binary("\0\x01\xFF\0\xFF\xFF", 6);
  std::string large_key(4096, 'k');
  std::string large_value(3 << 20, 'v');
  put({{"", "empty key"}, {binary, binary}, {large_key, large_value}, {"empty value", ""}});
  put({{"\xFF\xFF\xFF", "last"}});
  EXPECT_EQ(now(""), "empty key");
  EXPECT_EQ(now(binary), binary);
  EXPECT_EQ(now(large_key), large_value);
  EXPECT_EQ(now("empty value"), "");
  auto snapshot = store_->snapshot();
  EXPECT_THAT(walk(snapshot->scan(KeyRange{})),
              ElementsAre(Pair("", "empty key"), Pair(binary, binary), Pair("empty value", ""),
                          Pair(large_key, large_value), Pair("\xFF\xFF\xFF", "last")));
  EXPECT_THAT(walk(snapshot->scan(prefix_range("\xFF"), Direction::kReverse)),
              ElementsAre(Pair("\xFF\xFF\xFF", "last")));
}

TEST_P(StoreConformance, ScansHalfOpenRangesBothWays) {
  put({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
  auto snapshot = store_->snapshot();
  EXPECT_THAT(walk(snapshot->scan({"b", "d"})), ElementsAre(Pair("b", "2"), Pair("c", "3")));
  EXPECT_THAT(walk(snapshot->scan({"b", "d"}, Direction::kReverse)),
              ElementsAre(Pair("c", "3"), Pair("b", "2")));
  EXPECT_THAT(walk(snapshot->scan({"bb", "c"})), IsEmpty());
  EXPECT_THAT(walk(snapshot->scan({"d", "b"})), IsEmpty());
  EXPECT_THAT(walk(snapshot->scan({"c", ""})), ElementsAre(Pair("c", "3"), Pair("d", "4")));
}

TEST_P(StoreConformance, ReadsItsOwnWrites) {
  put({{"a", "1"}, {"b", "2"}});
  auto txn = store_->begin();
  txn->put("a", "own");
  txn->del("b");
  txn->put("c", "new");
  EXPECT_EQ(get(*txn, "a"), "own");
  EXPECT_EQ(get(*txn, "b"), std::nullopt);
  EXPECT_EQ(get(*txn, "c"), "new");
  EXPECT_EQ(*txn->get_untracked("c"), "new");
  EXPECT_EQ(now("a"), "1") << "nobody else sees them before the commit";
}

TEST_P(StoreConformance, ScansMergeItsOwnWritesBothWays) {
  put({{"b", "2"}, {"d", "4"}, {"f", "6"}, {"h", "8"}});
  auto txn = store_->begin();
  txn->put("a", "own");
  txn->put("d", "own");
  txn->del("f");
  txn->put("g", "own");
  txn->put("z", "outside");
  Pairs merged = {{"a", "own"}, {"b", "2"}, {"d", "own"}, {"g", "own"}, {"h", "8"}};
  EXPECT_EQ(walk(txn->scan({"a", "z"})), merged);
  EXPECT_EQ(walk(txn->scan_untracked({"a", "z"})), merged);
  std::reverse(merged.begin(), merged.end());
  EXPECT_EQ(walk(txn->scan({"a", "z"}, Direction::kReverse)), merged);
  EXPECT_THAT(walk(txn->scan({"y", ""}, Direction::kReverse)), ElementsAre(Pair("z", "outside")));
}

TEST_P(StoreConformance, AWalkMayDeleteAndAddAsItGoes) {
  put({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  for (Direction direction : {Direction::kForward, Direction::kReverse}) {
    auto txn = store_->begin();
    std::vector<std::string> seen;
    {
      auto cursor = txn->scan({"a", "z"}, direction);
      for (; cursor->valid(); cursor->next()) {
        seen.emplace_back(cursor->key());
        if (cursor->key() == "b") {
          txn->put("a5", "behind or ahead");
          txn->put("b5", "behind or ahead");
          txn->del("c");
          txn->del("a");
        }
        txn->del(cursor->key());
        EXPECT_FALSE(cursor->value().empty()) << "the view outlives the deletion";
      }
    }
    EXPECT_EQ(seen, direction == Direction::kForward ? (std::vector<std::string>{"a", "b", "b5"})
                                                     : (std::vector<std::string>{"c", "b", "a5"}));
  }
}

TEST_P(StoreConformance, SnapshotsAreStable) {
  put({{"a", "1"}, {"b", "2"}});
  auto snapshot = store_->snapshot();
  auto txn = store_->begin();
  auto cursor = snapshot->scan({"a", "z"});
  put({{"a", "changed"}, {"c", "new"}});
  auto deletion = store_->begin();
  deletion->del("b");
  must_commit(std::move(deletion));
  put({{"b", "again"}});
  EXPECT_EQ(get(*snapshot, "a"), "1");
  EXPECT_EQ(get(*txn, "b"), "2");
  EXPECT_THAT(walk(std::move(cursor)), ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_THAT(walk(snapshot->scan({"a", "z"}, Direction::kReverse)),
              ElementsAre(Pair("b", "2"), Pair("a", "1")));
  snapshot.reset();
  EXPECT_EQ(now("b"), "again");
}

// --- isolation ----------------------------------------------------------------------------------

TEST_P(StoreConformance, NoLostUpdate) {
  put({{"balance", "100"}});
  auto one = store_->begin();
  auto two = store_->begin();
  EXPECT_EQ(get(*one, "balance"), "100");
  EXPECT_EQ(get(*two, "balance"), "100");
  one->put("balance", "110");
  two->put("balance", "120");
  must_commit(std::move(one));
  expect_conflict(std::move(two));
  EXPECT_EQ(now("balance"), "110");
}

TEST_P(StoreConformance, NoLostInsert) {
  auto one = store_->begin();
  auto two = store_->begin();
  EXPECT_EQ(get(*one, "name"), std::nullopt);
  EXPECT_EQ(get(*two, "name"), std::nullopt);
  one->put("name", "one");
  two->put("name", "two");
  must_commit(std::move(one));
  expect_conflict(std::move(two));
}

TEST_P(StoreConformance, NoWriteSkew) {
  put({{"alice on call", "yes"}, {"bob on call", "yes"}});
  auto alice = store_->begin();
  auto bob = store_->begin();
  EXPECT_EQ(get(*alice, "bob on call"), "yes");
  EXPECT_EQ(get(*bob, "alice on call"), "yes");
  alice->put("alice on call", "no");
  bob->put("bob on call", "no");
  must_commit(std::move(alice));
  expect_conflict(std::move(bob));
}

TEST_P(StoreConformance, NoPhantom) {
  put({{"room/1", "a"}, {"room/5", "b"}});
  for (Direction direction : {Direction::kForward, Direction::kReverse}) {
    for (bool is_delete : {false, true}) {
      put({{"room/5", "b"}});
      auto counting = store_->begin();
      size_t count = walk(counting->scan(prefix_range("room/"), direction)).size();
      counting->put("count", std::to_string(count));
      auto other = store_->begin();
      is_delete ? other->del("room/5") : other->put("room/3", "new");
      must_commit(std::move(other));
      expect_conflict(std::move(counting));
    }
  }
}

TEST_P(StoreConformance, NoPhantomOfAnAppend) {
  auto counting = store_->begin();
  EXPECT_THAT(walk(counting->scan(prefix_range("log/"))), IsEmpty());
  counting->put("count", "0");
  auto other = store_->begin();
  other->append("log/", "record");
  must_commit(std::move(other));
  expect_conflict(std::move(counting));
}

TEST_P(StoreConformance, OnlyTheWalkedPartOfARangeConflicts) {
  put({{"a", "1"}, {"c", "3"}, {"e", "5"}, {"g", "7"}});
  auto forward = store_->begin();
  EXPECT_EQ(walk(forward->scan({"a", "z"}), 1).size(), 1);  // stands on "c"
  forward->put("done", "forward");
  auto reverse = store_->begin();
  EXPECT_EQ(walk(reverse->scan({"a", "z"}, Direction::kReverse), 1).size(), 1);  // stands on "e"
  reverse->put("done", "reverse");
  put({{"cc", "between the two"}});
  must_commit(std::move(forward));
  must_commit(std::move(reverse));

  auto touched = store_->begin();
  EXPECT_EQ(walk(touched->scan({"a", "z"}), 1).size(), 1);
  touched->put("done", "touched");
  put({{"b", "in the walked gap"}});
  expect_conflict(std::move(touched));
}

TEST_P(StoreConformance, UntrackedReadsAndBlindWritesDoNotConflict) {
  put({{"a", "1"}});
  auto txn = store_->begin();
  EXPECT_EQ(*txn->get_untracked("a"), "1");
  EXPECT_EQ(walk(txn->scan_untracked({"a", "z"})).size(), 1);
  txn->put("a", "mine");
  EXPECT_EQ(get(*txn, "a"), "mine") << "reading its own write is not a read of the store";
  put({{"a", "theirs"}, {"b", "theirs"}});
  must_commit(std::move(txn));
  EXPECT_EQ(now("a"), "mine");
}

TEST_P(StoreConformance, ReadOnlyTransactionsNeverConflict) {
  put({{"a", "1"}});
  auto txn = store_->begin();
  EXPECT_EQ(get(*txn, "a"), "1");
  put({{"a", "2"}});
  must_commit(std::move(txn));
}

// A transaction that began before the conflict window must not slip through.
TEST_P(StoreConformance, AnOldTransactionConflictsWithAForgottenWrite) {
  put({{"a", "1"}});
  auto old = store_->begin();
  EXPECT_EQ(get(*old, "a"), "1");
  old->put("a", "old");
  put({{"a", "2"}});
  // More written keys than any window remembers.
  for (int batch = 0; batch < 20; ++batch) {
    auto txn = store_->begin();
    for (int i = 0; i < 2500; ++i) {
      txn->put("filler/" + std::to_string(batch) + "/" + std::to_string(i) + std::string(200, 'x'),
               "");
    }
    must_commit(std::move(txn));
  }
  expect_conflict(std::move(old));
  EXPECT_EQ(now("a"), "2");
}

// --- appends and counters -----------------------------------------------------------------------

TEST_P(StoreConformance, AppendsCarryTheCommitVersion) {
  auto txn = store_->begin();
  txn->append("log/", "first");
  txn->put("a", "1");
  txn->append("log/", "second");
  CommitVersion version = must_commit(std::move(txn));
  Pairs log = walk(store_->snapshot()->scan(prefix_range("log/")));
  ASSERT_EQ(log.size(), 2);
  EXPECT_EQ(log[0].second, "first");
  EXPECT_EQ(log[1].second, "second");
  for (const auto& [key, value] : log) {
    EXPECT_EQ(key.size(), 4 + kAppendSuffixBytes);
    EXPECT_EQ(version_of_key(key), version);
  }
}

// Each transaction stamps its record with what it read of a shared counter, so the records must be
// in the order of the counter: log order is commit order.
TEST_P(StoreConformance, AppendsAreInCommitOrderUnderConcurrency) {
  constexpr int kThreads = 4, kEach = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        auto result = transact(
            *store_,
            [&](Txn& txn) -> Status {
              MR_ASSIGN(auto count, txn.get("count"));
              int next = count ? std::stoi(*count) + 1 : 1;
              txn.put("count", std::to_string(next));
              txn.append("log/", std::to_string(next));
              return ok_status();
            },
            10'000);
        EXPECT_TRUE(result.ok());
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(now("count"), std::to_string(kThreads * kEach));
  Pairs log = walk(store_->snapshot()->scan(prefix_range("log/")));
  ASSERT_EQ(log.size(), kThreads * kEach);
  for (int i = 0; i < kThreads * kEach; ++i)
    EXPECT_EQ(log[i].second, std::to_string(i + 1));
}

TEST_P(StoreConformance, AddsNeverConflict) {
  auto one = store_->begin();
  auto two = store_->begin();
  one->add("n", 5);
  one->add("n", 2);
  two->add("n", -10);
  must_commit(std::move(one));
  must_commit(std::move(two));
  EXPECT_EQ(decode_counter(*now("n")), -3);
}

TEST_P(StoreConformance, ManyAddersAllCount) {
  constexpr int kThreads = 4, kEach = 200;
  std::atomic<int> pending = kThreads * kEach;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        auto txn = store_->begin();
        txn->add("n", i % 2 == 0 ? 3 : -1);
        store_->commit_async(std::move(txn), [&](Result<CommitVersion> result) {
          EXPECT_TRUE(result.ok());
          pending.fetch_sub(1);
        });
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_TRUE(store_->flush().ok());
  auto last = store_->begin();
  last->put("barrier", "");
  must_commit(std::move(last));
  EXPECT_EQ(pending.load(), 0) << "commits are done in the order they were queued";
  EXPECT_EQ(decode_counter(*now("n")), kThreads * kEach);
}

TEST_P(StoreConformance, AddsMixWithPutsInOrder) {
  auto txn = store_->begin();
  txn->add("n", 5);
  txn->del("n");
  txn->add("n", 2);
  must_commit(std::move(txn));
  EXPECT_EQ(decode_counter(*now("n")), 2) << "del undoes the add before it, not the one after";
  // Queued together, so that engines that batch see them in one batch.
  auto add = [&](std::string_view key, int64_t delta) {
    auto t = store_->begin();
    t->add(key, delta);
    store_->commit_async(std::move(t), [](Result<CommitVersion> r) { EXPECT_TRUE(r.ok()); });
  };
  auto del = [&](std::string_view key) {
    auto t = store_->begin();
    t->del(key);
    store_->commit_async(std::move(t), [](Result<CommitVersion> r) { EXPECT_TRUE(r.ok()); });
  };
  for (int i = 0; i < 50; ++i) {
    add("n", 100);
    del("n");
    add("n", 1);
    add("n", 1);
  }
  add("n", 1);
  put({{"text", "not a counter"}});
  add("text", 7);
  put({{"barrier", ""}});
  EXPECT_EQ(decode_counter(*now("n")), 3);
  EXPECT_EQ(decode_counter(*now("text")), 7);
}

TEST_P(StoreConformance, ACounterReadConflictsWithAnAdd) {
  auto txn = store_->begin();
  EXPECT_EQ(get(*txn, "n"), std::nullopt);
  txn->put("seen", "0");
  auto other = store_->begin();
  other->add("n", 1);
  must_commit(std::move(other));
  expect_conflict(std::move(txn));
}

// --- progress, life cycle -----------------------------------------------------------------------

TEST_P(StoreConformance, OneHotKeyStillMakesProgress) {
  constexpr int kThreads = 16, kEach = 8;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        auto result = transact(
            *store_,
            [&](Txn& txn) -> Status {
              MR_ASSIGN(auto value, txn.get("hot"));
              txn.put("hot", std::to_string(value ? std::stoi(*value) + 1 : 1));
              return ok_status();
            },
            500);
        EXPECT_TRUE(result.ok());
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(now("hot"), std::to_string(kThreads * kEach));
}

TEST_P(StoreConformance, TransactGivesUpAndPassesErrorsOn) {
  put({{"a", "1"}});
  int runs = 0;
  auto result = transact(
      *store_,
      [&](Txn& txn) -> Status {
        ++runs;
        EXPECT_TRUE(txn.get("a").ok());
        txn.put("a", "mine");
        put({{"a", "theirs"}});
        return ok_status();
      },
      3);
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(is_conflict(result.error()));
  EXPECT_EQ(runs, 3);
  result = transact(*store_, [](Txn& txn) -> Status {
    txn.put("a", "never");
    return Error("ValidationException", 400, "no");
  });
  EXPECT_EQ(result.error().code(), "ValidationException");
  EXPECT_EQ(now("a"), "theirs");
}

TEST_P(StoreConformance, CommitsQueuedAtDestructionAreDone) {
  std::atomic<int> done = 0;
  for (int i = 0; i < 100; ++i) {
    auto txn = store_->begin();
    txn->put("k" + std::to_string(i), "v");
    store_->commit_async(std::move(txn), [&](Result<CommitVersion> result) {
      EXPECT_TRUE(result.ok());
      done.fetch_add(1);
    });
  }
  store_.reset();
  EXPECT_EQ(done.load(), 100);
  if (!GetParam().is_durable) return;
  open();
  EXPECT_EQ(walk(store_->snapshot()->scan(prefix_range("k"))).size(), 100);
}

TEST_P(StoreConformance, CloseAnswersWhatIsQueuedAndRefusesTheRest) {
  int done = 0;
  for (int i = 0; i < 100; ++i) {
    auto txn = store_->begin();
    txn->put("k" + std::to_string(i), "v");
    store_->commit_async(std::move(txn), [&](Result<CommitVersion> result) {
      EXPECT_TRUE(result.ok());
      ++done;
    });
  }
  store_->close();
  EXPECT_EQ(done, 100);
  auto late = store_->begin();
  late->put("late", "v");
  EXPECT_EQ(store_->commit(std::move(late)).error().code(), "ServiceUnavailable");
  EXPECT_TRUE(store_->flush().ok());
  EXPECT_EQ(now("k7"), "v");
  store_->close();
}

TEST_P(StoreConformance, ReopeningKeepsDataAndVersions) {
  if (!GetParam().is_durable) GTEST_SKIP() << "keeps nothing";
  CommitVersion last = 0;
  for (int round = 0; round < 4; ++round) {
    auto txn = store_->begin();
    txn->append("log/", std::to_string(round));
    txn->add("n", 1);
    CommitVersion version = must_commit(std::move(txn));
    EXPECT_GT(version, last);
    last = version;
    if (round % 2 == 1) EXPECT_TRUE(store_->flush().ok());
    open();
    EXPECT_GE(store_->last_version(), last);
  }
  EXPECT_EQ(decode_counter(*now("n")), 4);
  Pairs log = walk(store_->snapshot()->scan(prefix_range("log/")));
  ASSERT_EQ(log.size(), 4);
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(log[i].second, std::to_string(i));
}

TEST_P(StoreConformance, ACheckpointIsAConsistentCopy) {
  put({{"a", "1"}, {"b", "2"}});
  CommitVersion before = store_->last_version();
  std::string copy_path = dir_.path() + "/copy";
  Status status = store_->checkpoint(copy_path);
  if (!GetParam().is_durable) {
    EXPECT_EQ(status.error().code(), "UnsupportedOperation");
    return;
  }
  ASSERT_TRUE(status.ok()) << status.error().to_string();
  put({{"a", "later"}});
  EXPECT_FALSE(store_->checkpoint(copy_path).ok()) << "must be a new directory";
  auto copy = GetParam().open(copy_path);
  ASSERT_NE(copy, nullptr);
  EXPECT_GE(copy->last_version(), before);
  EXPECT_THAT(walk(copy->snapshot()->scan(KeyRange{})),
              ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_EQ(now("a"), "later");
}

INSTANTIATE_TEST_SUITE_P(Engines, StoreConformance, testing::ValuesIn(kEngines),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace millrace::store
