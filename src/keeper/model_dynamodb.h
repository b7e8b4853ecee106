// A small model of DynamoDB and its streams for the simulator: what the keeper uses, exact about
// conditions, transactions and streams, and nothing else. For tests.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "aws/dynamodb.h"
#include "aws/dynamodbstreams.h"
#include "base/clock.h"
#include "base/random.h"
#include "keeper/flow.h"

namespace millrace::keeper {

class ModelDynamoDb {
 public:
  using Item = codec::Item;
  struct Table {
    aws::dynamodb::TableDescription description;
    std::map<std::string, Item> items;  // by the JSON of the key
  };

  explicit ModelDynamoDb(const Clock& clock) : clock_(clock) {}

  // One call, atomically, at the moment of its arrival.
  Result<std::shared_ptr<void>> handle(const Request& request);

  void make_table(const std::string& name, const std::vector<std::string>& keys);
  // Writes as an application does; changes go to the stream.
  void put(const std::string& table, Item item);
  void erase(const std::string& table, const Item& key);
  // Closes every open shard; each gets one child or, split, two. Some show up in
  // listings late, but never before their parents.
  void roll_shards(Rng& rng);
  const Table* table(const std::string& name) const;

  bool honours_tokens = true;
  // Items that transactions may not put; and whether the refusal says which one it was.
  std::function<bool(const std::string& table, const Item& item)> refuses;
  bool names_refused = true;
  // Called for every change of an item; none: deleted.
  std::function<void(const std::string& table, const std::string& key, const std::optional<Item>&)>
      on_change;

 private:
  struct Shard {
    std::string id;
    std::string parent;
    uint32_t bits = 0;  // keys whose hash agrees with `value` in the low `bits` bits
    uint32_t value = 0;
    bool open = true;
    int64_t listed_from_us = 0;
    std::vector<aws::dynamodbstreams::Record> records;
  };

  std::string key_of(const Table& table, const Item& item) const;
  void write(const std::string& table_name, Table& table, const Item& key,
             std::optional<Item> image);
  void record(const std::string& key_text, const Item& key, const std::optional<Item>& before,
              const std::optional<Item>& after);
  Shard* shard(const std::string& id);
  void start_stream();

  template <class Op>
  Result<typename Op::Output> on(const typename Op::Input& input);
  Status check(const Table& table, const Item& key, const std::optional<std::string>& condition,
               const std::optional<std::map<std::string, std::string>>& names,
               const std::optional<Item>& values) const;

  const Clock& clock_;
  std::map<std::string, Table> tables_;
  std::string stream_table_;
  std::vector<Shard> shards_;
  uint64_t sequence_ = 90;  // soon a digit more, so that comparing as text is wrong
  std::set<std::string> tokens_;
};

}  // namespace millrace::keeper
