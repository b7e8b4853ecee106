// AWS::Lambda::*, as Serverless Framework and osls write them.
#include "aws/lambda.h"
#include "svc/cloudformation/stack_testing.h"

namespace millrace::cloudformation {
namespace {

namespace api = aws::lambda;
using ::testing::HasSubstr;
using ::testing::Not;

// "Hello" with its role, version, permission, stream, alias and settings of asynchronous calls.
constexpr char kApplication[] = R"({"Resources":{
  "HelloLogGroup":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/aws/lambda/hello"}},
  "Role":{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":{"Version":"2012-10-17",
    "Statement":[{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]},
    "Action":["sts:AssumeRole"]}]},"Path":"/","Policies":[{"PolicyName":"p","PolicyDocument":{
    "Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:GetRecords",
      "dynamodb:GetShardIterator","dynamodb:DescribeStream","dynamodb:ListStreams"],
      "Resource":[{"Fn::GetAtt":["Table","StreamArn"]}]}]}}]}},
  "Table":{"Type":"AWS::DynamoDB::Table","Properties":{"BillingMode":"PAY_PER_REQUEST",
    "AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
    "StreamSpecification":{"StreamViewType":"NEW_IMAGE"}}},
  "HelloLambdaFunction":{"Type":"AWS::Lambda::Function","DependsOn":["HelloLogGroup"],"Properties":{
    "Code":{"ZipFile":"exports.handler = async () => 1"},"Handler":"index.handler",
    "Runtime":"nodejs20.x","FunctionName":"hello","MemorySize":256,"Timeout":6,
    "Environment":{"Variables":{"TABLE":{"Ref":"Table"}}},"Tags":[{"Key":"kind","Value":"api"}],
    "Role":{"Fn::GetAtt":["Role","Arn"]}}},
  "HelloVersion1":{"Type":"AWS::Lambda::Version","DeletionPolicy":"Retain","Properties":{
    "FunctionName":{"Ref":"HelloLambdaFunction"}}},
  "Live":{"Type":"AWS::Lambda::Alias","Properties":{"FunctionName":{"Ref":"HelloLambdaFunction"},
    "FunctionVersion":{"Fn::GetAtt":["HelloVersion1","Version"]},"Name":"live"}},
  "HelloPermission":{"Type":"AWS::Lambda::Permission","Properties":{
    "FunctionName":{"Fn::GetAtt":["HelloLambdaFunction","Arn"]},"Action":"lambda:InvokeFunction",
    "Principal":"events.amazonaws.com","SourceArn":"arn:aws:events:us-east-1:123456789012:rule/r"}},
  "HelloStream":{"Type":"AWS::Lambda::EventSourceMapping","DependsOn":["Role"],"Properties":{
    "BatchSize":10,"EventSourceArn":{"Fn::GetAtt":["Table","StreamArn"]},
    "FunctionName":{"Fn::GetAtt":["HelloLambdaFunction","Arn"]},"StartingPosition":"TRIM_HORIZON",
    "Enabled":true,"FunctionResponseTypes":["ReportBatchItemFailures"]}},
  "HelloAsync":{"Type":"AWS::Lambda::EventInvokeConfig","Properties":{"MaximumRetryAttempts":1,
    "FunctionName":{"Ref":"HelloLambdaFunction"},"Qualifier":"$LATEST"}}},
  "Outputs":{
    "Version":{"Value":{"Ref":"HelloVersion1"}},
    "Alias":{"Value":{"Ref":"Live"}},
    "Function":{"Value":{"Fn::GetAtt":["HelloLambdaFunction","Arn"]}}}})";

class LambdaTypesTest : public StackTest {
 protected:
  api::FunctionConfiguration function() {
    return must<api::GetFunctionConfiguration>({.function_name = "hello"});
  }
  static std::string replaced(std::string text, std::string_view from, std::string_view to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
};

TEST_F(LambdaTypesTest, AreMadeAsTheTemplateSays) {
  create(kApplication);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  constexpr char kArn[] = "arn:aws:lambda:us-east-1:123456789012:function:hello";
  EXPECT_EQ(output("Function"), kArn);
  EXPECT_EQ(output("Version"), kArn + std::string(":1"));
  EXPECT_EQ(output("Alias"), kArn + std::string(":live"));
  api::FunctionConfiguration made = function();
  EXPECT_EQ(made.memory_size, 256);
  EXPECT_EQ(made.timeout, 6);
  EXPECT_EQ(made.environment->variables->at("TABLE"), physical_id("Table"));
  auto tags = *must<api::ListTags>({.resource = kArn}).tags;
  EXPECT_EQ(tags.at("kind"), "api");
  EXPECT_EQ(tags.at("aws:cloudformation:logical-id"), "HelloLambdaFunction");
  auto policy = must<api::GetPolicy>({.function_name = "hello"});
  EXPECT_THAT(*policy.policy, HasSubstr("events.amazonaws.com"));
  auto mappings = must<api::ListEventSourceMappings>({.function_name = "hello"});
  ASSERT_EQ(mappings.event_source_mappings->size(), 1u);
  EXPECT_EQ(mappings.event_source_mappings->at(0).batch_size, 10);
  EXPECT_EQ(
      must<api::GetFunctionEventInvokeConfig>({.function_name = "hello"}).maximum_retry_attempts,
      1);
  remove();
  EXPECT_FALSE(h.call<api::GetFunction>({.function_name = "hello"}).ok());
  EXPECT_TRUE(must<api::ListEventSourceMappings>({}).event_source_mappings->empty());
}

TEST_F(LambdaTypesTest, ChangeInPlace) {
  create(kApplication);
  std::string mapping = physical_id("HelloStream");
  std::string text =
      replaced(kApplication, "\"MemorySize\":256,\"Timeout\":6,", "\"MemorySize\":512,");
  text = replaced(text, "\"Value\":\"api\"", "\"Value\":\"other\"");
  text = replaced(text, "\"BatchSize\":10,", "");
  text = replaced(text, "\"MaximumRetryAttempts\":1", "\"MaximumRetryAttempts\":2");
  text = replaced(text, "=> 1", "=> 2");
  // A new version under a new name, as the tools do it.
  text = replaced(text, "\"HelloVersion1\":{", "\"HelloVersion2\":{");
  text = replaced(text, "[\"HelloVersion1\",\"Version\"]", "[\"HelloVersion2\",\"Version\"]");
  text = replaced(text, "{\"Ref\":\"HelloVersion1\"}", "{\"Ref\":\"HelloVersion2\"}");
  update(text);
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  api::FunctionConfiguration now = function();
  EXPECT_EQ(now.memory_size, 512);
  EXPECT_EQ(now.timeout, 3) << "the default again";
  EXPECT_EQ(must<api::ListTags>({.resource = *now.function_arn}).tags->at("kind"), "other");
  EXPECT_EQ(physical_id("HelloStream"), mapping);
  EXPECT_EQ(must<api::GetEventSourceMapping>({.uuid = mapping}).batch_size, 100);
  EXPECT_EQ(
      must<api::GetFunctionEventInvokeConfig>({.function_name = "hello"}).maximum_retry_attempts,
      2);
  auto alias = must<api::GetAlias>({.function_name = "hello", .name = "live"});
  EXPECT_EQ(alias.function_version, "2");
  auto versions = must<api::ListVersionsByFunction>({.function_name = "hello"});
  EXPECT_EQ(versions.versions->size(), 3u) << "the first is retained";
}

TEST_F(LambdaTypesTest, AreReplacedWhenTheirNamesChange) {
  create(kApplication);
  std::string permission = physical_id("HelloPermission");
  update(replaced(kApplication, "\"FunctionName\":\"hello\"", "\"FunctionName\":\"renamed\""));
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_FALSE(h.call<api::GetFunction>({.function_name = "hello"}).ok());
  EXPECT_TRUE(h.call<api::GetFunction>({.function_name = "renamed"}).ok());
  EXPECT_NE(physical_id("HelloPermission"), permission);
  EXPECT_THAT(*must<api::GetPolicy>({.function_name = "renamed"}).policy,
              HasSubstr(physical_id("HelloPermission")));
  remove();
  EXPECT_TRUE(must<api::ListFunctions>({}).functions->empty());
}

TEST_F(LambdaTypesTest, ARefusalIsToldAndRolledBack) {
  create(replaced(kApplication, "nodejs20.x", "java21"));
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(events(), HasSubstr("HelloLambdaFunction:CREATE_FAILED"));
  EXPECT_THAT(events(), Not(HasSubstr("HelloLambdaFunction:CREATE_COMPLETE")));
  EXPECT_FALSE(h.call<api::GetFunction>({.function_name = "hello"}).ok());
}

// What Lambda has and Millrace lacks is refused by name, before anything is made.
TEST_F(LambdaTypesTest, WhatWeLackIsRefused) {
  auto refused = [&](std::string_view from, std::string_view to) {
    return error<wire::CreateStack>({.stack_name = "app",
                                     .template_body = replaced(kApplication, from, to),
                                     .capabilities = acknowledged()});
  };
  EXPECT_THAT(refused("\"BatchSize\":10", "\"Queues\":[\"q\"]"),
              HasSubstr("HelloStream with message: #: extraneous key [Queues]"));
  EXPECT_THAT(
      refused("\"MemorySize\":256", "\"Layers\":[\"arn:x\"]"),
      HasSubstr("HelloLambdaFunction with message: #/Layers: is not supported by Millrace"));
  EXPECT_THAT(refused("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::CodeSigningConfig"),
              HasSubstr("Unrecognized resource types: [AWS::Lambda::CodeSigningConfig]"));
  EXPECT_EQ(error<wire::DescribeStacks>({.stack_name = "app"}).substr(0, 16), "ValidationError:");
  create(replaced(kApplication, "\"MemorySize\":256",
                  R"("Layers":[],"VpcConfig":{"SubnetIds":[],"SecurityGroupIds":[]})"));
  EXPECT_EQ(status(), "CREATE_COMPLETE") << "without anything in them they say nothing";
}

}  // namespace
}  // namespace millrace::cloudformation
