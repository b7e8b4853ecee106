// TransactWriteItems and TransactGetItems.
#include <gtest/gtest.h>

#include "svc/dynamodb/dynamodb_testing.h"

namespace millrace::dynamodb {
namespace {

class Transactions : public DynamoDbTest {
 protected:
  void SetUp() override {
    make_table("tbl");
    make_table("other");
  }
  static api::TransactWriteItem put_of(const std::string& json, const std::string& condition = "") {
    api::Put put{.item = item(json), .table_name = "tbl"};
    if (!condition.empty()) put.condition_expression = condition;
    return {.put = std::move(put)};
  }
  static api::TransactWriteItem check_of(const std::string& key, const std::string& condition) {
    return {.condition_check = api::ConditionCheck{
                .key = item(key), .table_name = "tbl", .condition_expression = condition}};
  }
  static api::TransactWriteItem update_of(const std::string& key, const std::string& expression,
                                          const std::string& values) {
    return {.update = api::Update{.key = item(key),
                                  .update_expression = expression,
                                  .table_name = "other",
                                  .expression_attribute_values = item(values)}};
  }
  Result<api::TransactWriteItemsOutput> write(std::vector<api::TransactWriteItem> items,
                                              std::optional<std::string> token = std::nullopt) {
    return call<api::TransactWriteItems>({.transact_items = std::move(items),
                                          .return_consumed_capacity = "TOTAL",
                                          .client_request_token = std::move(token)});
  }
};

TEST_F(Transactions, AllOrNothing) {
  put("tbl", R"({"pk":{"S":"there"}})");
  auto done = write({put_of(R"({"pk":{"S":"a"}})", "attribute_not_exists(pk)"),
                     update_of(R"({"pk":{"S":"b"}})", "ADD n :n", R"({":n":{"N":"1"}})"),
                     check_of(R"({"pk":{"S":"there"}})", "attribute_exists(pk)")});
  ASSERT_TRUE(done.ok()) << done.error().message();
  EXPECT_EQ(get("other", R"({"pk":{"S":"b"}})"), R"({"n":{"N":"1"},"pk":{"S":"b"}})");
  ASSERT_EQ(done->consumed_capacity->size(), 2u);
  EXPECT_EQ((*done->consumed_capacity)[1].table_name, "tbl");
  EXPECT_EQ((*done->consumed_capacity)[1].capacity_units, 4.0);  // doubled; the check counts too
  EXPECT_EQ((*done->consumed_capacity)[1].write_capacity_units, 4.0);

  auto failed = write({update_of(R"({"pk":{"S":"c"}})", "ADD n :n", R"({":n":{"N":"1"}})"),
                       put_of(R"({"pk":{"S":"a"}})", "attribute_not_exists(pk)")});
  EXPECT_EQ(failed.error().code(), "TransactionCanceledException");
  EXPECT_EQ(failed.error().message(),
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, "
            "ConditionalCheckFailed]");
  EXPECT_EQ(failed.error().members()[0].first, "CancellationReasons");
  EXPECT_EQ(failed.error().members()[0].second,
            R"([{"Code":"None"},{"Code":"ConditionalCheckFailed",)"
            R"("Message":"The conditional request failed"}])");
  EXPECT_EQ(get("other", R"({"pk":{"S":"c"}})"), "none");
}

// [conformance] transactWriteItems, transactions, itemSizeBySurface.
TEST_F(Transactions, RefusesInAwsWords) {
  EXPECT_EQ(message(write({put_of(R"({"pk":{"S":"a"}})"), put_of(R"({"pk":{"S":"a"}})")})),
            "Transaction request cannot include multiple operations on one item");
  EXPECT_EQ(message(write({put_of(R"({"pk":{"S":""}})")})),
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            "cannot contain an empty string value. Key: pk");
  auto wrong_type = write({put_of(R"({"pk":{"N":"5"}})")});
  EXPECT_EQ(wrong_type.error().code(), "TransactionCanceledException");
  EXPECT_EQ(wrong_type.error().members()[0].second,
            R"([{"Code":"ValidationError","Message":"One or more parameter values were invalid: )"
            R"(Type mismatch for key pk expected: S actual: N"}])");
  EXPECT_EQ(message(write({put_of(R"({"pk":{"S":"a"}})"),
                           check_of(R"({"pk":{"S":"b"}})", "attribute_not_exists(")})),
            R"(Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "(")");
  EXPECT_EQ(message(write({api::TransactWriteItem{}})),
            "TransactItems can only contain one of Check, Put, Update or Delete");
  EXPECT_EQ(message(write({update_of(R"({"pk":{"S":"a"}})", "SET v = :v",
                                     R"({":v":{"S":"x"},":u":{"S":"y"}})")})),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}");
  const std::string big = std::string(409'600, 'b');
  EXPECT_EQ(message(write({put_of(R"({"pk":{"S":"a"},"b":{"S":")" + big + R"("}})")})),
            "Item size has exceeded the maximum allowed size");
  auto grown =
      write({update_of(R"({"pk":{"S":"a"}})", "SET b = :b", R"({":b":{"S":")" + big + R"("}})")});
  EXPECT_EQ(grown.error().code(), "TransactionCanceledException");
}

TEST_F(Transactions, TokenMakesARepeatHarmless) {
  const auto add = [&] {
    return write({update_of(R"({"pk":{"S":"n"}})", "ADD n :n", R"({":n":{"N":"1"}})")}, "token-1");
  };
  EXPECT_EQ((*add()->consumed_capacity)[0].write_capacity_units, 2.0);
  EXPECT_EQ((*add()->consumed_capacity)[0].read_capacity_units, 2.0);
  EXPECT_EQ(get("other", R"({"pk":{"S":"n"}})"), R"({"n":{"N":"1"},"pk":{"S":"n"}})");
  auto differs =
      write({update_of(R"({"pk":{"S":"n"}})", "ADD n :n", R"({":n":{"N":"2"}})")}, "token-1");
  EXPECT_EQ(differs.error().code(), "IdempotentParameterMismatchException");
  harness.runner.advance_ms(10 * 60 * 1000 + 1);
  ASSERT_TRUE(add().ok());
  EXPECT_EQ(get("other", R"({"pk":{"S":"n"}})"), R"({"n":{"N":"2"},"pk":{"S":"n"}})");
}

TEST_F(Transactions, FailedTransactionKeepsItsTokenFree) {
  const auto once = [&](const std::string& condition) {
    return write({put_of(R"({"pk":{"S":"x"}})", condition)}, "token-2");
  };
  EXPECT_FALSE(once("attribute_exists(pk)").ok());
  put("tbl", R"({"pk":{"S":"x"}})");
  EXPECT_TRUE(once("attribute_exists(pk)").ok());
}

TEST_F(Transactions, Get) {
  put("tbl", R"({"pk":{"S":"a"},"v":{"S":"1"},"w":{"S":"2"}})");
  const auto get_of = [](const std::string& key) {
    return api::TransactGetItem{.get = {.key = item(key), .table_name = "tbl"}};
  };
  auto first = get_of(R"({"pk":{"S":"a"}})");
  first.get.projection_expression = "v";
  auto got =
      call<api::TransactGetItems>({.transact_items = {first, get_of(R"({"pk":{"S":"nosuch"}})")},
                                   .return_consumed_capacity = "TOTAL"});
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got->responses->size(), 2u);
  EXPECT_EQ(text(*(*got->responses)[0].item), R"({"v":{"S":"1"}})");
  EXPECT_FALSE((*got->responses)[1].item.has_value());
  EXPECT_EQ((*got->consumed_capacity)[0].capacity_units, 4.0);
  auto wrong = call<api::TransactGetItems>({.transact_items = {get_of("{}")}});
  EXPECT_EQ(wrong.error().code(), "TransactionCanceledException");
  EXPECT_EQ(
      message(call<api::TransactGetItems>(
          {.transact_items = {get_of(R"({"pk":{"S":"a"}})"), get_of(R"({"pk":{"S":"a"}})")}})),
      "Transaction request cannot include multiple operations on one item");
}

}  // namespace
}  // namespace millrace::dynamodb
