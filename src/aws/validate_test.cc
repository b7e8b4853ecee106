#include "aws/validate.h"

#include <gtest/gtest.h>

#include "aws/dynamodb.h"
#include "aws/iam.h"
#include "aws/lambda.h"
#include "aws/logs.h"
#include "aws/pattern.h"
#include "aws/protocol.h"
#include "aws/s3.h"
#include "aws/ssm.h"

namespace millrace::aws {
namespace {

Status check(const Operation& operation, Protocol protocol, std::string body, Labels labels = {}) {
  auto input = operation.make_input();
  MissingMembers missing;
  MR_TRY(parse_input(operation, protocol, {operation.http_method, "/", "", {}}, labels,
                     Body{.bytes = std::move(body)}, input.get(), missing));
  return validate_input(operation, input.get(), missing);
}

std::string message(const Operation& operation, Protocol protocol, std::string body,
                    Labels labels = {}) {
  Status status = check(operation, protocol, std::move(body), std::move(labels));
  return status.ok() ? "" : status.error().message();
}

TEST(Validate, ValidInputPasses) {
  EXPECT_TRUE(check(dynamodb::Scan::kDescription, Protocol::kJson,
                    R"({"TableName":"abc","Limit":1,"ReturnConsumedCapacity":"TOTAL"})")
                  .ok());
}

// Recorded by dynalite (validations/ and test/): wording and order of enum values.
TEST(Validate, DynamoDbTexts) {
  EXPECT_EQ(message(dynamodb::Scan::kDescription, Protocol::kJson, "{}"),
            "The parameter 'TableName' is required but was not present in the request");
  EXPECT_EQ(message(dynamodb::Scan::kDescription, Protocol::kJson, R"({"TableName":"a"})"),
            "1 validation error detected: Value 'a' at 'tableName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 3");
  EXPECT_EQ(
      message(dynamodb::Scan::kDescription, Protocol::kJson, R"({"TableName":"abc;"})"),
      "1 validation error detected: Value 'abc;' at 'tableName' failed to satisfy constraint: "
      "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  EXPECT_EQ(message(dynamodb::Scan::kDescription, Protocol::kJson,
                    R"({"TableName":"abc","Limit":-1,"ReturnConsumedCapacity":"x"})"),
            "2 validation errors detected: Value 'x' at 'returnConsumedCapacity' failed to satisfy "
            "constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value '-1' at "
            "'limit' failed to satisfy constraint: Member must have value greater than or equal to "
            "1");
  EXPECT_EQ(message(dynamodb::UpdateItem::kDescription, Protocol::kJson,
                    R"({"TableName":"abc","Key":{},"ReturnValues":"x"})"),
            "1 validation error detected: Failed to satisfy constraint: Member must satisfy enum "
            "value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]");
  // The operation checks tags itself.
  EXPECT_EQ(message(dynamodb::UntagResource::kDescription, Protocol::kJson,
                    R"({"ResourceArn":"arn:","TagKeys":[""]})"),
            "");
  EXPECT_EQ(
      message(dynamodb::PutItem::kDescription, Protocol::kJson, R"({"TableName":"abc"})"),
      "1 validation error detected: Value null at 'item' failed to satisfy constraint: Member "
      "must not be null");
}

TEST(Validate, PathsIntoListsAndStructures) {
  EXPECT_EQ(
      message(
          dynamodb::CreateTable::kDescription, Protocol::kJson,
          R"({"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],
                 "KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"KeyType":"RANGE"}]})"),
      "1 validation error detected: Value null at 'keySchema.2.member.attributeName' failed to "
      "satisfy constraint: Member must not be null");
}

TEST(Validate, ScalarsInCollectionsNameAllConstraints) {
  const std::string text = message(logs::TagLogGroup::kDescription, Protocol::kJson,
                                   R"({"logGroupName":"g","tags":{"":"v"}})");
  EXPECT_EQ(text,
            "1 validation error detected: Value '{=v}' at 'tags' failed to satisfy constraint: Map "
            "keys must satisfy constraint: [Member must have length less than or equal to 128, "
            "Member must have length greater than or equal to 1, Member must satisfy regular "
            "expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$]");
}

TEST(Validate, CodesDependOnTheService) {
  EXPECT_EQ(check(iam::GetRole::kDescription, Protocol::kQuery, "").error().code(),
            "ValidationError");
  EXPECT_EQ(check(logs::CreateLogGroup::kDescription, Protocol::kJson, "{}").error().code(),
            "InvalidParameterException");
  EXPECT_EQ(check(lambda::GetFunction::kDescription, Protocol::kRestJson, "",
                  {{"FunctionName", "not a name"}})
                .error()
                .code(),
            "ValidationException");
  EXPECT_EQ(check(s3::DeleteObjects::kDescription, Protocol::kRestXml, "", {{"Bucket", "b"}})
                .error()
                .code(),
            "MissingRequestBodyError");
}

TEST(Validate, ManyProblemsAreCountedUpToTen) {
  std::string body = R"({"TableName":"abc","AttributeDefinitions":[)";
  for (int i = 0; i < 20; ++i)
    body += R"({"AttributeName":"a"},)";
  body.back() = ']';
  body += R"(,"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]})";
  EXPECT_EQ(message(dynamodb::CreateTable::kDescription, Protocol::kJson, body).substr(0, 31),
            "10 validation errors detected: ");
}

TEST(Pattern, LengthsCountJavaCharacters) {
  // Four-byte characters are two UTF-16 units.
  auto with_description = [](int characters) {
    std::string description;
    for (int i = 0; i < characters; ++i)
      description += "\xF0\x9F\x98\x80";
    return message(ssm::PutParameter::kDescription, Protocol::kJson,
                   R"({"Name":"a","Value":"b","Description":")" + description + R"("})");
  };
  EXPECT_EQ(with_description(512), "");
  EXPECT_NE(with_description(513), "");
}

TEST(Pattern, LookArounds) {
  EXPECT_TRUE(matches_pattern("(?!^[0-9]+$)([a-zA-Z0-9-_]+)", "v1"));
  EXPECT_FALSE(matches_pattern("(?!^[0-9]+$)([a-zA-Z0-9-_]+)", "12"));
  EXPECT_FALSE(matches_pattern("[0-9A-Za-z\\.\\-_]*(?<!\\.)", "a."));
  EXPECT_FALSE(matches_pattern("^(?!\\s*$).+", "  "));
  EXPECT_TRUE(matches_pattern("[\\u0020-\\u00FF]+", "caf\xc3\xa9"));
  EXPECT_FALSE(matches_pattern("[\\u0020-\\u00FF]+", "\xe2\x82\xac"));
}

void collect(const Shape& shape, std::vector<const Shape*>& seen) {
  if (std::find(seen.begin(), seen.end(), &shape) != seen.end()) return;
  seen.push_back(&shape);
  for (const Member& member : shape.members)
    collect(*member.shape, seen);
  if (shape.element != nullptr) collect(*shape.element, seen);
  if (shape.key != nullptr) collect(*shape.key, seen);
}

TEST(Pattern, EveryPatternOfTheModelsCompiles) {
  std::vector<const Shape*> shapes;
  for (const Service* service : all_services()) {
    for (const OperationName& name : service->operations) {
      if (name.operation != nullptr) collect(*name.operation->input, shapes);
    }
  }
  for (const Shape* shape : shapes) {
    EXPECT_TRUE(can_compile_pattern(shape->pattern)) << shape->name << " " << shape->pattern;
  }
}

}  // namespace
}  // namespace millrace::aws
