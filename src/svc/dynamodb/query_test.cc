// Query and Scan, on tables and indexes.
#include <gtest/gtest.h>

#include <set>

#include "svc/dynamodb/dynamodb_testing.h"

namespace millrace::dynamodb {
namespace {

class Queries : public DynamoDbTest {
 protected:
  api::QueryInput query(const std::string& table, const std::string& key_condition,
                        const std::string& values) {
    api::QueryInput in{.table_name = table, .key_condition_expression = key_condition};
    if (!values.empty()) in.expression_attribute_values = item(values);
    return in;
  }
  // The sk of what a query finds, joined; or the error.
  std::string found(const api::QueryInput& in, const std::string& attribute = "sk") {
    auto out = call<api::Query>(in);
    if (!out.ok()) return out.error().message();
    std::string names;
    for (const auto& each : *out->items) {
      if (!names.empty()) names += ' ';
      const auto* value = each.get(attribute);
      names += value == nullptr                             ? "-"
               : value->is(codec::AttributeValue::Type::kN) ? value->n().to_string()
                                                            : value->s();
    }
    return names;
  }
  std::string found(const std::string& key_condition, const std::string& values) {
    return found(query("tbl", key_condition, values));
  }
};

TEST_F(Queries, SortKeyStringsInByteOrder) {
  make_table("tbl", "S");
  for (const char* sk : {"b", "a", "ab", "abc", "B", "\\u0000", "é", "a\\u0000b", "c"}) {
    put("tbl", R"({"pk":{"S":"p"},"sk":{"S":")" + std::string(sk) + R"("}})");
  }
  put("tbl", R"({"pk":{"S":"other"},"sk":{"S":"a"}})");
  const std::string all = std::string("\0", 1) + " B a " + std::string("a\0b", 3) + " ab abc b c é";
  EXPECT_EQ(found("pk = :p", R"({":p":{"S":"p"}})"), all);
  EXPECT_EQ(found("pk = :p AND begins_with(sk, :a)", R"({":p":{"S":"p"},":a":{"S":"ab"}})"),
            "ab abc");
  EXPECT_EQ(found("pk = :p AND begins_with(sk, :a)", R"({":p":{"S":"p"},":a":{"S":""}})"), all);
  EXPECT_EQ(found("pk = :p AND sk = :a", R"({":p":{"S":"p"},":a":{"S":"ab"}})"), "ab");
  EXPECT_EQ(found("pk = :p AND sk > :a", R"({":p":{"S":"p"},":a":{"S":"ab"}})"), "abc b c é");
  EXPECT_EQ(found("pk = :p AND sk >= :a", R"({":p":{"S":"p"},":a":{"S":"ab"}})"), "ab abc b c é");
  EXPECT_EQ(found("pk = :p AND sk < :a", R"({":p":{"S":"p"},":a":{"S":"a"}})"),
            std::string("\0", 1) + " B");
  EXPECT_EQ(found("pk = :p AND sk <= :a", R"({":p":{"S":"p"},":a":{"S":"a"}})"),
            std::string("\0", 1) + " B a");
  EXPECT_EQ(found("pk = :p AND sk BETWEEN :a AND :b",
                  R"({":p":{"S":"p"},":a":{"S":"ab"},":b":{"S":"b"}})"),
            "ab abc b");
}

TEST_F(Queries, SortKeyNumbersByValue) {
  make_table("tbl", "N");
  for (const char* sk :
       {"10", "9", "-1", "0", "1.5", "-20", "1e3", "-0.5", "100000000000000000000"}) {
    put("tbl", R"({"pk":{"S":"p"},"sk":{"N":")" + std::string(sk) + R"("}})");
  }
  EXPECT_EQ(found("pk = :p", R"({":p":{"S":"p"}})"),
            "-20 -1 -0.5 0 1.5 9 10 1000 100000000000000000000");
  EXPECT_EQ(found("pk = :p AND sk BETWEEN :a AND :b",
                  R"({":p":{"S":"p"},":a":{"N":"-1"},":b":{"N":"9"}})"),
            "-1 -0.5 0 1.5 9");
  EXPECT_EQ(found("pk = :p AND sk > :a", R"({":p":{"S":"p"},":a":{"N":"10.0"}})"),
            "1000 100000000000000000000");
  auto in = query("tbl", "pk = :p", R"({":p":{"S":"p"}})");
  in.scan_index_forward = false;
  EXPECT_EQ(found(in), "100000000000000000000 1000 10 9 1.5 0 -0.5 -1 -20");
}

TEST_F(Queries, PagesForwardAndBackward) {
  make_table("tbl", "N");
  for (int i = 0; i < 7; ++i) {
    put("tbl", R"({"pk":{"S":"p"},"sk":{"N":")" + std::to_string(i) + R"("}})");
  }
  for (bool forward : {true, false}) {
    auto in = query("tbl", "pk = :p AND sk > :z", R"({":p":{"S":"p"},":z":{"N":"0"}})");
    in.limit = 2;
    in.scan_index_forward = forward;
    std::string seen;
    int pages = 0;
    do {
      auto out = call<api::Query>(in);
      ASSERT_TRUE(out.ok()) << out.error().message();
      for (const auto& each : *out->items)
        seen += each.get("sk")->n().to_string();
      in.exclusive_start_key = out->last_evaluated_key;
      ++pages;
    } while (in.exclusive_start_key);
    EXPECT_EQ(seen, forward ? "123456" : "654321");
    EXPECT_EQ(pages, 4);  // a full page always says where it ended, as AWS's does
  }
}

TEST_F(Queries, FilterCountsWhatItScanned) {
  make_table("tbl", "N");
  for (int i = 0; i < 6; ++i) {
    put("tbl", R"({"pk":{"S":"p"},"sk":{"N":")" + std::to_string(i) + R"("},"even":{"BOOL":)" +
                   (i % 2 == 0 ? "true" : "false") + "}}");
  }
  auto in = query("tbl", "pk = :p", R"({":p":{"S":"p"},":t":{"BOOL":true}})");
  in.filter_expression = "even = :t";
  in.projection_expression = "sk";
  auto out = call<api::Query>(in);
  EXPECT_EQ(out->count, 3);
  EXPECT_EQ(out->scanned_count, 6);
  EXPECT_EQ(text((*out->items)[0]), R"({"sk":{"N":"0"}})");
  in.projection_expression.reset();
  in.select = "COUNT";
  out = call<api::Query>(in);
  EXPECT_EQ(out->count, 3);
  EXPECT_FALSE(out->items.has_value());
}

TEST_F(Queries, PageEndsAtOneMegabyte) {
  make_table("tbl", "N");
  for (int i = 0; i < 4; ++i) {
    put("tbl", R"({"pk":{"S":"p"},"sk":{"N":")" + std::to_string(i) + R"("},"b":{"S":")" +
                   std::string(350'000, 'b') + R"("}})");
  }
  auto in = query("tbl", "pk = :p", R"({":p":{"S":"p"}})");
  in.return_consumed_capacity = "TOTAL";
  auto out = call<api::Query>(in);
  EXPECT_EQ(out->count, 3);
  EXPECT_TRUE(out->last_evaluated_key.has_value());
  EXPECT_EQ(out->consumed_capacity->capacity_units, 128.5);  // 1,050,000 bytes, together
  in.exclusive_start_key = out->last_evaluated_key;
  EXPECT_EQ(call<api::Query>(in)->count, 1);
}

// [dynalite], [conformance] query, queryKeyConditionOperands.
TEST_F(Queries, RefusesInAwsWords) {
  make_table("tbl", "N");
  const std::string p = R"({":p":{"S":"p"},":v":{"N":"1"},":w":{"N":"2"}})";
  EXPECT_EQ(found("sk = :v", R"({":v":{"N":"1"}})"),
            "Query condition missed key schema element: pk");
  EXPECT_EQ(found("pk > :p", R"({":p":{"S":"p"}})"), "Query key condition not supported");
  EXPECT_EQ(found("pk = :v", R"({":v":{"N":"1"}})"),
            "One or more parameter values were invalid: Condition parameter type does not match "
            "schema type");
  EXPECT_EQ(found("pk = :p AND extra = :v", R"({":p":{"S":"p"},":v":{"N":"1"}})"),
            "Query condition missed key schema element: sk");
  EXPECT_EQ(
      found("pk = :p AND sk > :v AND extra = :w", p),
      "The number of query conditions (3) exceeds the number of key attributes defined in the "
      "schema (2)");
  auto in = query("tbl", "pk = :p", R"({":p":{"S":"p"},":v":{"N":"1"}})");
  in.filter_expression = "sk = :v";
  EXPECT_EQ(found(in),
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
            "sk");
  in = query("tbl", "pk = :p", R"({":p":{"S":"p"}})");
  in.index_name = "nosuch";
  EXPECT_EQ(found(in), "The table does not have the specified index: nosuch");
  in.index_name.reset();
  in.exclusive_start_key = item(R"({"pk":{"S":"q"},"sk":{"N":"1"}})");
  EXPECT_EQ(found(in),
            "The provided starting key is outside query boundaries based on provided conditions");
  in.exclusive_start_key = item(R"({"pk":{"S":"p"}})");
  EXPECT_EQ(found(in), "The provided starting key is invalid");
  EXPECT_EQ(message(call<api::Query>({.table_name = "tbl"})),
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
            "request.");
  in = query("tbl", "pk = :p", R"({":p":{"S":"p"}})");
  in.select = "SPECIFIC_ATTRIBUTES";
  EXPECT_EQ(found(in),
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES");
}

class Indexes : public Queries {
 protected:
  void SetUp() override {
    auto in = table_request("tbl", "N");
    in.attribute_definitions->push_back({"g", "S"});
    in.attribute_definitions->push_back({"l", "S"});
    in.global_secondary_indexes = std::vector<api::GlobalSecondaryIndex>{
        {.index_name = "by_g",
         .key_schema = {{"g", "HASH"}, {"sk", "RANGE"}},
         .projection = {.projection_type = "INCLUDE",
                        .non_key_attributes = std::vector<std::string>{"kept"}}}};
    in.local_secondary_indexes =
        std::vector<api::LocalSecondaryIndex>{{.index_name = "by_l",
                                               .key_schema = {{"pk", "HASH"}, {"l", "RANGE"}},
                                               .projection = {.projection_type = "KEYS_ONLY"}}};
    create(std::move(in));
    put("tbl", R"({"pk":{"S":"p"},"sk":{"N":"1"},"g":{"S":"x"},"l":{"S":"b"},"kept":{"S":"k"},
                   "lost":{"S":"?"}})");
    put("tbl", R"({"pk":{"S":"q"},"sk":{"N":"2"},"g":{"S":"x"}})");
    put("tbl", R"({"pk":{"S":"p"},"sk":{"N":"3"},"l":{"S":"a"}})");
  }
  api::QueryInput by_g(const std::string& value) {
    auto in = query("tbl", "g = :g", R"({":g":{"S":")" + value + R"("}})");
    in.index_name = "by_g";
    return in;
  }
};

TEST_F(Indexes, GlobalIndexIsSparseAndProjected) {
  EXPECT_EQ(found(by_g("x")), "1 2");
  auto out = call<api::Query>(by_g("x"));
  EXPECT_EQ(text((*out->items)[0]),
            R"({"g":{"S":"x"},"kept":{"S":"k"},"pk":{"S":"p"},"sk":{"N":"1"}})");
  auto in = by_g("x");
  in.limit = 1;
  out = call<api::Query>(in);
  EXPECT_EQ(text(*out->last_evaluated_key), R"({"g":{"S":"x"},"pk":{"S":"p"},"sk":{"N":"1"}})");
  in.exclusive_start_key = out->last_evaluated_key;
  EXPECT_EQ(found(in), "2");
}

TEST_F(Indexes, FollowEveryChange) {
  ASSERT_TRUE(
      update("tbl", R"({"pk":{"S":"p"},"sk":{"N":"1"}})", "SET g = :g", R"({":g":{"S":"y"}})")
          .ok());
  EXPECT_EQ(found(by_g("x")), "2");
  EXPECT_EQ(found(by_g("y")), "1");
  ASSERT_TRUE(update("tbl", R"({"pk":{"S":"p"},"sk":{"N":"1"}})", "REMOVE g", "").ok());
  EXPECT_EQ(found(by_g("y")), "");
  ASSERT_TRUE(call<api::DeleteItem>(
                  {.table_name = "tbl", .key = item(R"({"pk":{"S":"q"},"sk":{"N":"2"}})")})
                  .ok());
  EXPECT_EQ(found(by_g("x")), "");
  auto described = call<api::DescribeTable>({.table_name = "tbl"});
  EXPECT_EQ((*described->table->global_secondary_indexes)[0].item_count, 0);
}

TEST_F(Indexes, ConsumeByIndex) {
  auto in = api::PutItemInput{.table_name = "tbl",
                              .item = item(R"({"pk":{"S":"p"},"sk":{"N":"1"},"g":{"S":"z"}})"),
                              .return_consumed_capacity = "INDEXES"};
  auto out = call<api::PutItem>(in);
  // The global entry moves (two writes), the local one goes (one).
  EXPECT_EQ(out->consumed_capacity->capacity_units, 4.0);
  EXPECT_EQ(out->consumed_capacity->table->capacity_units, 1.0);
  EXPECT_EQ(out->consumed_capacity->global_secondary_indexes->at("by_g").capacity_units, 2.0);
  EXPECT_EQ(out->consumed_capacity->local_secondary_indexes->at("by_l").capacity_units, 1.0);
}

TEST_F(Indexes, LocalIndexFetchesWhatItLacks) {
  auto in = query("tbl", "pk = :p", R"({":p":{"S":"p"}})");
  in.index_name = "by_l";
  EXPECT_EQ(found(in), "3 1");
  in.projection_expression = "lost";
  in.return_consumed_capacity = "INDEXES";
  auto out = call<api::Query>(in);
  EXPECT_EQ(text((*out->items)[1]), R"({"lost":{"S":"?"}})");
  EXPECT_EQ(out->consumed_capacity->table->capacity_units, 1.0);  // two items fetched
  in.projection_expression.reset();
  in.select = "ALL_ATTRIBUTES";
  EXPECT_EQ(call<api::Query>(in)->items->at(1).size(), 6u);
  in.consistent_read = true;
  EXPECT_TRUE(call<api::Query>(in).ok());
}

TEST_F(Indexes, RefuseInAwsWords) {
  auto in = by_g("x");
  in.consistent_read = true;
  EXPECT_EQ(found(in), "Consistent reads are not supported on global secondary indexes");
  in = by_g("x");
  in.select = "ALL_ATTRIBUTES";
  EXPECT_EQ(
      found(in),
      "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported "
      "for global secondary index by_g because its projection type is not ALL");
  in = by_g("x");
  in.projection_expression = "lost";
  EXPECT_EQ(
      found(in),
      "One or more parameter values were invalid: Global secondary index by_g does not project "
      "[lost]");
  // [conformance] the table key is right, the index key is not.
  EXPECT_EQ(
      message(call<api::PutItem>(
          {.table_name = "tbl", .item = item(R"({"pk":{"S":"p"},"sk":{"N":"1"},"g":{"N":"1"}})")})),
      "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S "
      "Actual: N IndexName: by_g");
  EXPECT_EQ(
      message(call<api::PutItem>(
          {.table_name = "tbl", .item = item(R"({"pk":{"S":"p"},"sk":{"N":"1"},"g":{"S":""}})")})),
      "One or more parameter values are not valid. A value specified for a secondary index key "
      "is not supported. The AttributeValue for a key attribute cannot contain an empty string "
      "value. IndexName: by_g, IndexKey: g");
  EXPECT_EQ(
      message(update("tbl", R"({"pk":{"S":"p"},"sk":{"N":"1"}})", "SET g = sk", "")),
      "The update expression attempted to update the secondary index key to unsupported type");
}

TEST_F(Indexes, ScanOfAnIndex) {
  api::ScanInput in{.table_name = "tbl", .index_name = "by_g"};
  auto out = call<api::Scan>(in);
  EXPECT_EQ(out->count, 2);
  in.limit = 1;
  out = call<api::Scan>(in);
  in.exclusive_start_key = out->last_evaluated_key;
  EXPECT_EQ(call<api::Scan>(in)->count, 1);
}

class Scans : public DynamoDbTest {};

TEST_F(Scans, SegmentsPartitionTheTable) {
  make_table("tbl");
  constexpr int kItems = 60;
  for (int i = 0; i < kItems; ++i) {
    put("tbl", R"({"pk":{"S":"key)" + std::to_string(i) + R"("}})");
  }
  std::set<std::string> seen;
  int segments_used = 0;
  for (int64_t segment = 0; segment < 4; ++segment) {
    api::ScanInput in{.table_name = "tbl", .limit = 7, .total_segments = 4, .segment = segment};
    bool any = false;
    do {
      auto out = call<api::Scan>(in);
      ASSERT_TRUE(out.ok()) << out.error().message();
      for (const auto& each : *out->items) {
        any = true;
        EXPECT_TRUE(seen.insert(each.get("pk")->s()).second);
      }
      in.exclusive_start_key = out->last_evaluated_key;
    } while (in.exclusive_start_key);
    segments_used += any;
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kItems));
  EXPECT_EQ(segments_used, 4);
}

TEST_F(Scans, RefuseInAwsWords) {
  make_table("tbl");
  EXPECT_EQ(message(call<api::Scan>({.table_name = "tbl", .total_segments = 4})),
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present");
  EXPECT_EQ(message(call<api::Scan>({.table_name = "tbl", .total_segments = 4, .segment = 4})),
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            "Segment: 4 is not less than TotalSegments: 4");
  put("tbl", R"({"pk":{"S":"a"}})");
  std::string refused;
  for (int64_t segment = 0; segment < 2; ++segment) {
    auto out = call<api::Scan>({.table_name = "tbl",
                                .exclusive_start_key = item(R"({"pk":{"S":"a"}})"),
                                .total_segments = 2,
                                .segment = segment});
    if (!out.ok()) refused = out.error().message();
  }
  EXPECT_TRUE(refused.starts_with(
      "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
      "ExclusiveStartKey with correct Segment. TotalSegments: 2 Segment: "));
}

TEST_F(Scans, FilterAndCapacity) {
  make_table("tbl");
  put("tbl", R"({"pk":{"S":"a"},"v":{"N":"1"}})");
  put("tbl", R"({"pk":{"S":"b"},"v":{"N":"2"}})");
  api::ScanInput in{.table_name = "tbl", .return_consumed_capacity = "TOTAL"};
  in.filter_expression = "v > :one";
  in.expression_attribute_values = item(R"({":one":{"N":"1"}})");
  auto out = call<api::Scan>(in);
  EXPECT_EQ(out->count, 1);
  EXPECT_EQ(out->scanned_count, 2);
  EXPECT_EQ(out->consumed_capacity->capacity_units, 0.5);
}

}  // namespace
}  // namespace millrace::dynamodb
