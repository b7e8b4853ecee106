#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/cloudformation.h"
#include "aws/iam.h"
#include "aws/logs.h"
#include "svc/cloudformation/cloudformation.h"
#include "svc/dynamodb/dynamodb.h"
#include "svc/iam/iam.h"
#include "svc/logs/operations.h"
#include "svc/testing/harness.h"

namespace millrace::cloudformation {
namespace {

namespace wire = aws::cloudformation;
using ::testing::HasSubstr;

constexpr char kOne[] = R"({"Resources":{
  "Logs":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/app"}},
  "Role":{"Type":"AWS::IAM::Role","DependsOn":"Logs","Properties":{"AssumeRolePolicyDocument":
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
     "Principal":{"Service":"lambda.amazonaws.com"}}]},
    "Policies":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"logs:*","Resource":{"Fn::GetAtt":["Logs","Arn"]}}]}}]}}},
  "Outputs":{"RoleArn":{"Value":{"Fn::GetAtt":["Role","Arn"]},"Export":{"Name":"role"}}}})";

class StackTest : public ::testing::Test {
 protected:
  StackTest()
      : h([](svc::Registry& r) {
          register_operations(r);
          iam::register_operations(r);
          logs::register_operations(r);
          dynamodb::register_operations(r);
        }) {}

  void settle() {
    for (int i = 0; i < 200; ++i) {
      h.runner.run_ready();
      h.runner.advance_ms(100);
    }
  }
  template <class Op>
  typename Op::Output must(typename Op::Input in) {
    auto out = h.call<Op>(std::move(in));
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.error().to_string());
    return out.ok() ? std::move(*out) : typename Op::Output{};
  }
  void create(const char* text) {
    must<wire::CreateStack>({.stack_name = "app",
                             .template_body = text,
                             .capabilities = std::vector<std::string>{"CAPABILITY_IAM"}});
  }
  wire::Stack stack() { return must<wire::DescribeStacks>({.stack_name = "app"}).stacks->at(0); }
  std::string events() {
    std::string text;
    auto out = must<wire::DescribeStackEvents>({.stack_name = "app"});
    Instant last{INT64_MAX};
    for (const wire::StackEvent& event : *out.stack_events) {
      EXPECT_LT(event.timestamp, last);  // newest first, no two of one time
      last = event.timestamp;
      text += *event.logical_resource_id + ":" + *event.resource_status +
              (event.resource_status_reason ? " " + *event.resource_status_reason : "") + "\n";
    }
    return text;
  }
  svc::testing::Harness h;
};

TEST_F(StackTest, IsMadeAndDeleted) {
  create(kOne);
  settle();
  wire::Stack made = stack();
  EXPECT_EQ(made.stack_status, "CREATE_COMPLETE") << events();
  ASSERT_TRUE(made.outputs.has_value());
  EXPECT_THAT(*made.outputs->at(0).output_value, HasSubstr(":role/app-Role-"));
  EXPECT_EQ(must<wire::ListExports>({}).exports->size(), 1u);
  must<wire::DeleteStack>({.stack_name = *made.stack_id});
  settle();
  auto gone = h.call<wire::DescribeStacks>({.stack_name = "app"});
  ASSERT_FALSE(gone.ok());
  EXPECT_EQ(gone.error().message(), "Stack with id app does not exist");
  auto by_id = must<wire::DescribeStacks>({.stack_name = *made.stack_id});
  EXPECT_EQ(by_id.stacks->at(0).stack_status, "DELETE_COMPLETE");
  EXPECT_TRUE(must<aws::iam::ListRoles>({}).roles.empty());
}

TEST_F(StackTest, AFailedCreationRollsBack) {
  create(R"({"Resources":{"A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/x"}},
    "B":{"Type":"AWS::Logs::LogGroup","DependsOn":"A","Properties":{"LogGroupName":"/x"}}}})");
  settle();
  EXPECT_EQ(stack().stack_status, "ROLLBACK_COMPLETE");
  EXPECT_THAT(events(), HasSubstr("B:CREATE_FAILED"));
  EXPECT_THAT(events(), HasSubstr("app:ROLLBACK_IN_PROGRESS The following resource(s) failed to "
                                  "create: [B]. Rollback requested by user."));
  EXPECT_TRUE(must<aws::logs::DescribeLogGroups>({}).log_groups->empty());
}

TEST_F(StackTest, ChangeSetsShowAndMakeChanges) {
  create(kOne);
  settle();
  std::string two = kOne;
  two.replace(two.find("\"/app\""), 6, "\"/new\"");
  std::vector<std::string> iam{"CAPABILITY_IAM"};
  must<wire::CreateChangeSet>(
      {.stack_name = "app", .template_body = kOne, .capabilities = iam, .change_set_name = "same"});
  auto same = must<wire::DescribeChangeSet>({.change_set_name = "same", .stack_name = "app"});
  EXPECT_EQ(same.status, "FAILED");
  EXPECT_THAT(*same.status_reason, HasSubstr("The submitted information didn't contain changes."));
  auto none =
      h.call<wire::UpdateStack>({.stack_name = "app", .template_body = kOne, .capabilities = iam});
  EXPECT_EQ(none.error().message(), "No updates are to be performed.");
  must<wire::CreateChangeSet>(
      {.stack_name = "app", .template_body = two, .capabilities = iam, .change_set_name = "c"});
  auto changes = must<wire::DescribeChangeSet>({.change_set_name = "c", .stack_name = "app"});
  ASSERT_EQ(changes.changes->size(), 2u);
  EXPECT_EQ(changes.changes->at(0).resource_change->replacement, "True");
  must<wire::ExecuteChangeSet>({.change_set_name = "c", .stack_name = "app"});
  settle();
  EXPECT_EQ(stack().stack_status, "UPDATE_COMPLETE") << events();
  auto groups = must<aws::logs::DescribeLogGroups>({});
  ASSERT_EQ(groups.log_groups->size(), 1u);
  EXPECT_EQ(*groups.log_groups->at(0).log_group_name, "/new");
}

TEST_F(StackTest, AFailedUpdateGoesBack) {
  create(R"({"Resources":{"A":{"Type":"AWS::Logs::LogGroup",
    "Properties":{"LogGroupName":"/a","RetentionInDays":1}}}})");
  settle();
  must<wire::UpdateStack>({.stack_name = "app", .template_body = R"({"Resources":{
    "A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/a","RetentionInDays":7}},
    "B":{"Type":"AWS::Logs::LogGroup","DependsOn":"A","Properties":{"LogGroupName":"/b"}},
    "C":{"Type":"AWS::Logs::LogGroup","DependsOn":"B","Properties":{"LogGroupName":"/b"}}}})"});
  settle();
  EXPECT_EQ(stack().stack_status, "UPDATE_ROLLBACK_COMPLETE") << events();
  auto groups = must<aws::logs::DescribeLogGroups>({});
  ASSERT_EQ(groups.log_groups->size(), 1u) << events();
  EXPECT_EQ(groups.log_groups->at(0).retention_in_days, 1);
}

TEST_F(StackTest, WhatWeLackIsRefusedBeforeAnythingIsMade) {
  auto type = h.call<wire::CreateStack>(
      {.stack_name = "app", .template_body = R"({"Resources":{"A":{"Type":"AWS::Nope::It"}}})"});
  EXPECT_EQ(type.error().message(),
            "Template format error: Unrecognized resource types: [AWS::Nope::It]");
  auto property = h.call<wire::CreateStack>({.stack_name = "app", .template_body = R"({"Resources":
    {"A":{"Type":"AWS::DynamoDB::Table","Properties":{"KeySchema":[{"Bogus":1}]}}}})"});
  EXPECT_THAT(property.error().message(), HasSubstr("Properties validation failed for resource A "
                                                    "with message: #/KeySchema/0: extraneous key "
                                                    "[Bogus] is not permitted"));
  EXPECT_FALSE(h.call<wire::DescribeStacks>({.stack_name = "app"}).ok());
}

// The process dies after any step: what is in the store is enough to go on.
TEST_F(StackTest, ARunGoesOnAfterARestart) {
  create(kOne);
  svc::testing::Harness after([](svc::Registry& r) {
    register_operations(r);
    iam::register_operations(r);
    logs::register_operations(r);
  });
  after.ports.store = h.store.get();  // the first harness's tasks never run
  ASSERT_TRUE(resume(after.ports).ok());
  for (int i = 0; i < 3; ++i)
    after.runner.run_ready();
  EXPECT_EQ(stack().stack_status, "CREATE_COMPLETE") << events();
}

}  // namespace
}  // namespace millrace::cloudformation
