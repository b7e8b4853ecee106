// What a change writes beside the item, and that a failed read never passes for an answer.
#include "svc/dynamodb/item_store.h"

#include <gtest/gtest.h>

#include "svc/dynamodb/dynamodb_testing.h"

namespace millrace::dynamodb {
namespace {

// A disk whose single reads fail.
class FailingReads final : public store::Txn {
 public:
  explicit FailingReads(store::Txn& txn) : txn_(txn) {}

  Result<std::optional<std::string>> get(std::string_view) override {
    return Error::internal("The disk is broken");
  }
  Result<std::optional<std::string>> get_untracked(std::string_view key) override {
    return get(key);
  }
  std::unique_ptr<store::Cursor> scan(store::KeyRange range, store::Direction way) override {
    return txn_.scan(std::move(range), way);
  }
  std::unique_ptr<store::Cursor> scan_untracked(store::KeyRange range,
                                                store::Direction way) override {
    return txn_.scan_untracked(std::move(range), way);
  }
  void put(std::string_view key, std::string_view value) override { txn_.put(key, value); }
  void del(std::string_view key) override { txn_.del(key); }
  void append(std::string_view prefix, std::string_view value) override {
    txn_.append(prefix, value);
  }
  void add(std::string_view key, int64_t delta) override { txn_.add(key, delta); }
  bool has_writes() const override { return txn_.has_writes(); }

 private:
  store::Txn& txn_;
};

class ItemStore : public DynamoDbTest {
 protected:
  ItemStore() : txn_(harness.store->begin()), failing_(*txn_) {
    table_.scope = {svc::testing::kAccount, svc::testing::kRegion};
    table_.name = "tbl";
    table_.id = 7;
    table_.key.hash = {"pk", codec::AttributeValue::Type::kS};
    Index index{.id = 1, .name = "by_g"};
    index.key.hash = {"g", codec::AttributeValue::Type::kS};
    index.is_global = true;
    index.backfilling = true;
    index.projection = ProjectionKind::kAll;
    table_.indexes.push_back(index);
  }

  std::unique_ptr<store::Txn> txn_;
  FailingReads failing_;
  Table table_;
  const codec::Item item_ = item(R"({"pk":{"S":"a"},"g":{"S":"x"}})");
};

TEST_F(ItemStore, FillingAnIndexStopsAtADiskThatFails) {
  EXPECT_FALSE(backfill_index(failing_, table_, table_.indexes[0], item_).ok());
}

TEST_F(ItemStore, AChangeStopsAtADiskThatFails) {
  const std::optional<StoredItem> before = StoredItem{"bytes", item_};
  const std::string key = "key";
  EXPECT_FALSE(apply_change(failing_, table_, harness.clock.now(), {key, before, nullptr}).ok());
}

}  // namespace
}  // namespace millrace::dynamodb
