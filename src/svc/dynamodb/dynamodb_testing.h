// What the tests of this folder share: a harness with DynamoDB registered, and items written as
// JSON.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "codec/attribute_value_json.h"
#include "svc/dynamodb/dynamodb.h"
#include "svc/dynamodb/handlers.h"
#include "svc/testing/harness.h"

namespace millrace::dynamodb {

class DynamoDbTest : public ::testing::Test {
 protected:
  static codec::Item item(std::string_view json) {
    auto parsed = codec::item_from_json_text(json);
    EXPECT_TRUE(parsed.ok()) << json;
    return parsed.ok() ? *parsed : codec::Item{};
  }
  static std::string text(const codec::Item& subject) {
    std::string out;
    codec::append_json(out, subject);
    return out;
  }
  template <class T>
  static std::string message(const Result<T>& result) {
    return result.ok() ? "accepted" : result.error().message();
  }

  template <class Op>
  Result<typename Op::Output> call(typename Op::Input input) {
    return harness.call<Op>(std::move(input));
  }

  // A table with the partition key pk (S), a sort key sk of `sort_type` unless that is empty.
  void make_table(const std::string& name, const std::string& sort_type = "") {
    create(table_request(name, sort_type));
  }
  static api::CreateTableInput table_request(const std::string& name,
                                             const std::string& sort_type = "") {
    api::CreateTableInput in{.table_name = name, .billing_mode = "PAY_PER_REQUEST"};
    in.attribute_definitions = std::vector<api::AttributeDefinition>{{"pk", "S"}};
    in.key_schema = std::vector<api::KeySchemaElement>{{"pk", "HASH"}};
    if (!sort_type.empty()) {
      in.attribute_definitions->push_back({"sk", sort_type});
      in.key_schema->push_back({"sk", "RANGE"});
    }
    return in;
  }
  void create(api::CreateTableInput in) {
    auto made = call<api::CreateTable>(std::move(in));
    ASSERT_TRUE(made.ok()) << made.error().to_string();
    harness.runner.advance_ms(10);
  }

  void put(const std::string& table, const std::string& json) {
    auto done = call<api::PutItem>({.table_name = table, .item = item(json)});
    ASSERT_TRUE(done.ok()) << done.error().to_string();
  }
  // The item, or "none".
  std::string get(const std::string& table, const std::string& key) {
    auto found = call<api::GetItem>({.table_name = table, .key = item(key)});
    if (!found.ok()) return found.error().to_string();
    return found->item ? text(*found->item) : "none";
  }
  Result<api::UpdateItemOutput> update(const std::string& table, const std::string& key,
                                       const std::string& expression, const std::string& values,
                                       const std::string& return_values = "NONE") {
    api::UpdateItemInput in{.table_name = table,
                            .key = item(key),
                            .return_values = return_values,
                            .update_expression = expression};
    if (!values.empty()) in.expression_attribute_values = item(values);
    return call<api::UpdateItem>(std::move(in));
  }

  // Lets much time pass at once; background work runs at the end of it, not in between.
  void leap_ms(int64_t ms) {
    harness.clock.advance_ms(ms);
    harness.runner.advance_ms(2000);
  }

  svc::testing::Harness harness{register_operations};
};

}  // namespace millrace::dynamodb
