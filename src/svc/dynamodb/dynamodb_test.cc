// Items through the operations, on the in-memory store. Messages are cited where they were
// recorded: [dynalite] npm's dynalite tests, [conformance] paritysuite/dynamodb-conformance,
// October 2026.
#include "svc/dynamodb/dynamodb.h"

#include <gtest/gtest.h>

#include "svc/dynamodb/dynamodb_testing.h"

namespace millrace::dynamodb {
namespace {

class Items : public DynamoDbTest {
 protected:
  void SetUp() override { make_table("tbl"); }
};

TEST_F(Items, PutGetDelete) {
  put("tbl", R"({"pk":{"S":"a"},"n":{"N":"1.50"},"l":{"L":[{"NULL":true}]}})");
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"),
            R"({"l":{"L":[{"NULL":true}]},"n":{"N":"1.5"},"pk":{"S":"a"}})");
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"b"}})"), "none");

  auto deleted = call<api::DeleteItem>(
      {.table_name = "tbl", .key = item(R"({"pk":{"S":"a"}})"), .return_values = "ALL_OLD"});
  ASSERT_TRUE(deleted.ok());
  EXPECT_EQ(text(*deleted->attributes),
            R"({"l":{"L":[{"NULL":true}]},"n":{"N":"1.5"},"pk":{"S":"a"}})");
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), "none");
}

TEST_F(Items, PutReturnsOldAndConsumes) {
  put("tbl", R"({"pk":{"S":"a"},"v":{"S":"1"}})");
  auto replaced = call<api::PutItem>({.table_name = "tbl",
                                      .item = item(R"({"pk":{"S":"a"},"v":{"S":"2"}})"),
                                      .return_values = "ALL_OLD",
                                      .return_consumed_capacity = "INDEXES"});
  ASSERT_TRUE(replaced.ok());
  EXPECT_EQ(text(*replaced->attributes), R"({"pk":{"S":"a"},"v":{"S":"1"}})");
  EXPECT_EQ(replaced->consumed_capacity->capacity_units, 1.0);
  EXPECT_EQ(replaced->consumed_capacity->table->capacity_units, 1.0);
  EXPECT_EQ(replaced->consumed_capacity->table_name, "tbl");
}

TEST_F(Items, ConditionFailsWithOldItem) {
  put("tbl", R"({"pk":{"S":"a"},"v":{"S":"1"}})");
  auto failed = call<api::PutItem>({.table_name = "tbl",
                                    .item = item(R"({"pk":{"S":"a"}})"),
                                    .condition_expression = "attribute_not_exists(pk)",
                                    .return_values_on_condition_check_failure = "ALL_OLD"});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code(), "ConditionalCheckFailedException");
  EXPECT_EQ(failed.error().message(), "The conditional request failed");
  ASSERT_EQ(failed.error().members().size(), 1u);
  EXPECT_EQ(failed.error().members()[0].first, "Item");
  EXPECT_EQ(failed.error().members()[0].second, R"({"pk":{"S":"a"},"v":{"S":"1"}})");
}

// [conformance] putItem, updateItem, deleteItem, valueLayers.
TEST_F(Items, PutRefusesInAwsWords) {
  constexpr char kOne[] = "1 validation error detected: ";
  const auto refused = [&](std::string_view json) {
    return message(call<api::PutItem>({.table_name = "tbl", .item = item(json)}));
  };
  EXPECT_EQ(refused(R"({"pk":{"S":"a"},"n":{"N":"abc"}})"),
            kOne + std::string("The parameter cannot be converted to a numeric value: abc"));
  EXPECT_EQ(
      refused(R"({"pk":{"S":"a"},"n":{}})"),
      "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  EXPECT_EQ(refused(R"({"v":{"S":"a"}})"),
            "One or more parameter values were invalid: Missing the key pk in the item");
  EXPECT_EQ(
      refused(R"({"pk":{"N":"1"}})"),
      "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: "
      "N");
  EXPECT_EQ(refused(R"({"pk":{"S":""}})"),
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: pk");
  EXPECT_EQ(
      refused(R"({"pk":{"S":")" + std::string(2049, 'k') + R"("}})"),
      "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size "
      "limit of2048 bytes");
  EXPECT_EQ(refused(R"({"pk":{"S":"a"},"b":{"S":")" + std::string(409'600, 'b') + R"("}})"),
            "Item size has exceeded the maximum allowed size");
  EXPECT_EQ(
      message(call<api::PutItem>(
          {.table_name = "tbl", .item = item(R"({"pk":{"S":"a"}})"), .return_values = "ALL_NEW"})),
      kOne + std::string("ReturnValues can only be ALL_OLD or NONE"));
  EXPECT_EQ(
      message(call<api::PutItem>({.table_name = "tbl",
                                  .item = item(R"({"pk":{"S":"a"}})"),
                                  .expression_attribute_values = item(R"({":v":{"S":"x"}})")})),
      kOne + std::string("ExpressionAttributeValues can only be specified when using expressions"));
  EXPECT_EQ(
      message(call<api::PutItem>({.table_name = "absent", .item = item(R"({"pk":{"S":"a"}})")})),
      "Requested resource not found");
}

TEST_F(Items, SizeLimitIsExact) {
  // 2 + 1 for the key, 1 for the name: 409,600 in all.
  put("tbl", R"({"pk":{"S":"a"},"b":{"S":")" + std::string(409'596, 'b') + R"("}})");
  EXPECT_EQ(message(call<api::PutItem>({.table_name = "tbl",
                                        .item = item(R"({"pk":{"S":"a"},"b":{"S":")" +
                                                     std::string(409'597, 'b') + R"("}})")})),
            "Item size has exceeded the maximum allowed size");
  EXPECT_EQ(message(update("tbl", R"({"pk":{"S":"a"}})", "SET c = :c", R"({":c":{"S":"x"}})")),
            "Item size to update has exceeded the maximum allowed size");
}

// paritysuite/dynamodb-conformance, error-messages/putItem.test.ts: recorded in October 2026.
TEST_F(Items, LegacyParametersAreConditions) {
  api::PutItemInput in{.table_name = "tbl", .item = item(R"({"pk":{"S":"a"}})")};
  in.expected.emplace();
  (*in.expected)["pk"].exists = false;
  EXPECT_EQ(message(call<api::PutItem>(in)), "accepted");
  EXPECT_EQ(message(call<api::PutItem>(in)), "The conditional request failed");
  in.condition_expression = "attribute_exists(pk)";
  EXPECT_EQ(
      message(call<api::PutItem>(in)),
      "1 validation error detected: Can not use both expression and non-expression parameters "
      "in the same request: Non-expression parameters: {Expected} Expression parameters: "
      "{ConditionExpression}");
}

TEST_F(Items, UpdateCreatesChangesAndReturns) {
  auto made = update("tbl", R"({"pk":{"S":"a"}})", "SET v = :v ADD n :n",
                     R"({":v":{"S":"x"},":n":{"N":"2"}})", "ALL_NEW");
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(text(*made->attributes), R"({"n":{"N":"2"},"pk":{"S":"a"},"v":{"S":"x"}})");
  auto changed = update("tbl", R"({"pk":{"S":"a"}})", "SET n = n + :n REMOVE v",
                        R"({":n":{"N":"3"}})", "UPDATED_NEW");
  EXPECT_EQ(text(*changed->attributes), R"({"n":{"N":"5"}})");
  auto old =
      update("tbl", R"({"pk":{"S":"a"}})", "SET n = :n", R"({":n":{"N":"9"}})", "UPDATED_OLD");
  EXPECT_EQ(text(*old->attributes), R"({"n":{"N":"5"}})");
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), R"({"n":{"N":"9"},"pk":{"S":"a"}})");
}

TEST_F(Items, UpdateThatOnlyTakesAwayMakesNoItem) {
  auto removed = update("tbl", R"({"pk":{"S":"a"}})", "REMOVE v", "", "ALL_NEW");
  ASSERT_TRUE(removed.ok());
  EXPECT_FALSE(removed->attributes.has_value());
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), "none");
  // Without an expression it makes the item.
  ASSERT_TRUE(
      call<api::UpdateItem>({.table_name = "tbl", .key = item(R"({"pk":{"S":"a"}})")}).ok());
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), R"({"pk":{"S":"a"}})");
}

TEST_F(Items, UpdateRefusesInAwsWords) {
  EXPECT_EQ(
      message(update("tbl", R"({"pk":{"S":"a"}})", "SET pk = :v", R"({":v":{"S":"x"}})")),
      "One or more parameter values were invalid: Cannot update attribute pk. This attribute is "
      "part of the key");
  EXPECT_EQ(message(update("tbl", R"({"pk":{"S":"a"}})", "SET v = :v",
                           R"({":v":{"S":"x"},":unused":{"S":"y"}})")),
            "1 validation error detected: Value provided in ExpressionAttributeValues unused in "
            "expressions: keys: {:unused}");
  EXPECT_EQ(message(update("tbl", R"({"pk":{"S":"a"}})", "SET a = nosuch", "")),
            "The provided expression refers to an attribute that does not exist in the item");
  EXPECT_EQ(message(update("tbl", R"({"other":{"S":"a"}})", "SET v = :v", R"({":v":{"S":"x"}})")),
            "The provided key element does not match the schema");
}

TEST_F(Items, CountsAndCapacityFollow) {
  put("tbl", R"({"pk":{"S":"a"},"b":{"S":")" + std::string(5000, 'b') + R"("}})");
  put("tbl", R"({"pk":{"S":"b"}})");
  auto described = call<api::DescribeTable>({.table_name = "tbl"});
  EXPECT_EQ(described->table->item_count, 2);
  EXPECT_EQ(described->table->table_size_bytes, 5000 + 4 + 3);
  auto read = call<api::GetItem>({.table_name = "tbl",
                                  .key = item(R"({"pk":{"S":"a"}})"),
                                  .return_consumed_capacity = "TOTAL"});
  EXPECT_EQ(read->consumed_capacity->capacity_units, 1.0);  // 8 KB, eventually consistent
  read = call<api::GetItem>({.table_name = "tbl",
                             .key = item(R"({"pk":{"S":"a"}})"),
                             .consistent_read = true,
                             .return_consumed_capacity = "TOTAL"});
  EXPECT_EQ(read->consumed_capacity->capacity_units, 2.0);
  ASSERT_TRUE(
      call<api::DeleteItem>({.table_name = "tbl", .key = item(R"({"pk":{"S":"a"}})")}).ok());
  described = call<api::DescribeTable>({.table_name = "tbl"});
  EXPECT_EQ(described->table->item_count, 1);
  EXPECT_EQ(described->table->table_size_bytes, 3);
  EXPECT_EQ(harness.meter.totals["dynamodb.write_request_units"], 5 + 1 + 5);
}

TEST_F(Items, AuthorizerIsAskedWithLeadingKeys) {
  harness.authorizer.asked.clear();
  put("tbl", R"({"pk":{"S":"user-1"}})");
  ASSERT_EQ(harness.authorizer.asked.size(), 1u);
  const auto& access = harness.authorizer.asked[0];
  EXPECT_EQ(access.action, "dynamodb:PutItem");
  EXPECT_EQ(access.resource, "arn:aws:dynamodb:us-east-1:123456789012:table/tbl");
  EXPECT_EQ(access.context.at("dynamodb:LeadingKeys"), std::vector<std::string>{"user-1"});
}

TEST_F(Items, TableNameMayBeItsArn) {
  put("arn:aws:dynamodb:us-east-1:123456789012:table/tbl", R"({"pk":{"S":"a"}})");
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), R"({"pk":{"S":"a"}})");
}

TEST_F(Items, RegionsAreSeparate) {
  put("tbl", R"({"pk":{"S":"a"}})");
  auto elsewhere =
      harness.call_as<api::GetItem>(svc::testing::Harness::root_call("eu-west-1"),
                                    {.table_name = "tbl", .key = item(R"({"pk":{"S":"a"}})")});
  EXPECT_EQ(elsewhere.error().code(), "ResourceNotFoundException");
}

TEST_F(Items, BatchWriteAndGet) {
  api::BatchWriteItemInput write;
  for (const char* key : {"a", "b", "c"}) {
    write.request_items["tbl"].push_back(
        {.put_request = api::PutRequest{item(R"({"pk":{"S":")" + std::string(key) + R"("}})")}});
  }
  write.return_consumed_capacity = "TOTAL";
  auto written = call<api::BatchWriteItem>(write);
  ASSERT_TRUE(written.ok());
  EXPECT_TRUE(written->unprocessed_items->empty());
  EXPECT_EQ((*written->consumed_capacity)[0].capacity_units, 3.0);

  api::BatchGetItemInput read;
  for (const char* key : {"a", "c", "nosuch"}) {
    read.request_items["tbl"].keys.push_back(item(R"({"pk":{"S":")" + std::string(key) + R"("}})"));
  }
  auto got = call<api::BatchGetItem>(read);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->responses->at("tbl").size(), 2u);
  EXPECT_TRUE(got->unprocessed_keys->empty());

  read.request_items["tbl"].keys.push_back(item(R"({"pk":{"S":"a"}})"));
  EXPECT_EQ(message(call<api::BatchGetItem>(read)),
            "Provided list of item keys contains duplicates");
  write.request_items["tbl"].push_back(
      {.delete_request = api::DeleteRequest{item(R"({"pk":{"S":"a"}})")}});
  EXPECT_EQ(message(call<api::BatchWriteItem>(write)),
            "Provided list of item keys contains duplicates");
  // [conformance] batchWriteItem: the table key's fault is not named.
  api::BatchWriteItemInput wrong;
  wrong.request_items["tbl"].push_back(
      {.put_request = api::PutRequest{item(R"({"pk":{"N":"5"}})")}});
  EXPECT_EQ(message(call<api::BatchWriteItem>(wrong)),
            "The provided key element does not match the schema");
}

}  // namespace
}  // namespace millrace::dynamodb
