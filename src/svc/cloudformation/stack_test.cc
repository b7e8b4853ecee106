#include "svc/cloudformation/stack_testing.h"

#include "aws/iam.h"
#include "aws/logs.h"
#include "aws/s3.h"

namespace millrace::cloudformation {
namespace {

using ::testing::HasSubstr;

constexpr char kOne[] = R"({"Resources":{
  "Logs":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/app"}},
  "Role":{"Type":"AWS::IAM::Role","DependsOn":"Logs","Properties":{"AssumeRolePolicyDocument":
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
     "Principal":{"Service":"lambda.amazonaws.com"}}]},
    "Policies":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"logs:*","Resource":{"Fn::GetAtt":["Logs","Arn"]}}]}}]}}},
  "Outputs":{"RoleArn":{"Value":{"Fn::GetAtt":["Role","Arn"]},"Export":{"Name":"role"}}}})";

TEST_F(StackTest, IsMadeAndDeleted) {
  create(kOne);
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
  EXPECT_EQ(stack().stack_status, "ROLLBACK_COMPLETE");
  EXPECT_THAT(events(), HasSubstr("B:CREATE_FAILED"));
  EXPECT_THAT(events(), HasSubstr("app:ROLLBACK_IN_PROGRESS The following resource(s) failed to "
                                  "create: [B]. Rollback requested by user."));
  EXPECT_TRUE(must<aws::logs::DescribeLogGroups>({}).log_groups->empty());
}

TEST_F(StackTest, ChangeSetsShowAndMakeChanges) {
  create(kOne);
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

constexpr char kGroup[] = R"({"Resources":{"A":{"Type":"AWS::Logs::LogGroup",
  "Properties":{"LogGroupName":"/a"}}}})";
// The second is refused: the first has its name.
constexpr char kTwice[] = R"({"Resources":{
  "A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/x"}},
  "B":{"Type":"AWS::Logs::LogGroup","DependsOn":"A","Properties":{"LogGroupName":"/x"}}}})";

size_t count_groups(svc::testing::Harness& h) {
  return h.call<aws::logs::DescribeLogGroups>({})->log_groups->size();
}

TEST_F(StackTest, WhatIsNotSupportedIsRefusedByName) {
  auto refused = [&](auto change) {
    wire::CreateStackInput in{.stack_name = "app", .template_body = kGroup};
    change(in);
    return error<wire::CreateStack>(in);
  };
  EXPECT_EQ(refused([](auto& in) { in.notification_arns = std::vector<std::string>{"arn:x"}; }),
            "ValidationError: NotificationARNs is not supported by Millrace");
  EXPECT_EQ(refused([](auto& in) { in.stack_policy_body = "{}"; }),
            "ValidationError: StackPolicyBody is not supported by Millrace");
  EXPECT_EQ(refused([](auto& in) { in.stack_policy_url = "http://x/y"; }),
            "ValidationError: StackPolicyURL is not supported by Millrace");
  EXPECT_EQ(refused([](auto& in) {
              in.rollback_configuration.emplace().rollback_triggers = {{{.arn = "a", .type = "t"}}};
            }),
            "ValidationError: RollbackConfiguration.RollbackTriggers is not supported by Millrace");
  EXPECT_EQ(
      refused([](auto& in) { in.rollback_configuration.emplace().monitoring_time_in_minutes = 5; }),
      "ValidationError: RollbackConfiguration.MonitoringTimeInMinutes is not supported by "
      "Millrace");
  create(kGroup);
  auto change_set = [&](auto change) {
    wire::CreateChangeSetInput in{
        .stack_name = "app", .template_body = kGroup, .change_set_name = "c"};
    change(in);
    return error<wire::CreateChangeSet>(in);
  };
  EXPECT_EQ(change_set([](auto& in) { in.change_set_type = "IMPORT"; }),
            "ValidationError: ChangeSetType IMPORT is not supported by Millrace");
  EXPECT_EQ(change_set([](auto& in) { in.import_existing_resources = true; }),
            "ValidationError: ImportExistingResources is not supported by Millrace");
  EXPECT_EQ(change_set([](auto& in) { in.deployment_mode = "REVERT_DRIFT"; }),
            "ValidationError: DeploymentMode is not supported by Millrace");
  EXPECT_EQ(change_set([](auto& in) {
              in.rollback_configuration.emplace().monitoring_time_in_minutes = 5;
            }),
            "ValidationError: RollbackConfiguration.MonitoringTimeInMinutes is not supported by "
            "Millrace");
  EXPECT_EQ(
      error<wire::UpdateStack>(
          {.stack_name = "app", .template_body = kGroup, .stack_policy_during_update_body = "{}"}),
      "ValidationError: StackPolicyDuringUpdateBody is not supported by Millrace");
  EXPECT_EQ(error<wire::ListStacks>({.next_token = "no token"}),
            "ValidationError: Invalid NextToken");
}

TEST_F(StackTest, ResourceTypesLimitWhatATemplateMayHave) {
  auto with = [&](std::vector<std::string> types) {
    return error<wire::CreateStack>(
        {.stack_name = "app", .template_body = kGroup, .resource_types = std::move(types)});
  };
  EXPECT_EQ(with({"AWS::Lambda::*", "AWS::S3::Bucket"}),
            "ValidationError: Resource type AWS::Logs::LogGroup is not allowed by parameter "
            "ResourceTypes [AWS::Lambda::*, AWS::S3::Bucket]");
  EXPECT_EQ(with({"AWS::Logs::*"}), "no error");
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
TEST_F(StackTest, CapabilitiesMustBeAcknowledged) {
  std::string named = kOne;
  named.replace(named.find("\"AssumeRole"), 0, "\"RoleName\":\"r\",");
  std::string expanding = kOne;
  expanding.replace(1, 0, R"("Transform":"AWS::LanguageExtensions",)");
  auto with = [&](const std::string& text, std::vector<std::string> given) {
    return error<wire::CreateStack>(
        {.stack_name = "app", .template_body = text, .capabilities = std::move(given)});
  };
  constexpr char kPrefix[] = "InsufficientCapabilitiesException: Requires capabilities : ";
  EXPECT_EQ(with(kOne, {}), kPrefix + std::string("[CAPABILITY_IAM]"));
  EXPECT_EQ(with(named, {"CAPABILITY_IAM"}), kPrefix + std::string("[CAPABILITY_NAMED_IAM]"));
  EXPECT_EQ(with(expanding, {"CAPABILITY_IAM"}), kPrefix + std::string("[CAPABILITY_AUTO_EXPAND]"));
  EXPECT_EQ(
      error<wire::CreateChangeSet>({.stack_name = "other",
                                    .template_body = expanding,
                                    .capabilities = std::vector<std::string>{"CAPABILITY_IAM"},
                                    .change_set_name = "c",
                                    .change_set_type = "CREATE"}),
      "no error");
  EXPECT_EQ(with(kOne, {"CAPABILITY_NAMED_IAM"}), "no error");
}

TEST_F(StackTest, OnFailureSaysWhatBecomesOfAFailedCreation) {
  create(kTwice, {.on_failure = "DO_NOTHING"});
  EXPECT_EQ(status(), "CREATE_FAILED");
  EXPECT_EQ(count_groups(h), 1u);
  must<wire::RollbackStack>({.stack_name = "app"});
  settle();
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE") << events();
  EXPECT_EQ(count_groups(h), 0u);
  remove();

  create(kTwice, {.disable_rollback = true});
  EXPECT_EQ(status(), "CREATE_FAILED");
  remove();
  EXPECT_EQ(count_groups(h), 0u);

  std::string id = *must<wire::CreateStack>(
                        {.stack_name = "app", .template_body = kTwice, .on_failure = "DELETE"})
                        .stack_id;
  settle();
  EXPECT_EQ(stack(id).stack_status, "DELETE_COMPLETE") << events(id);
  EXPECT_EQ(count_groups(h), 0u);
  EXPECT_EQ(error<wire::CreateStack>({.stack_name = "app",
                                      .template_body = kGroup,
                                      .disable_rollback = false,
                                      .on_failure = "DELETE"}),
            "ValidationError: Either DisableRollback or OnFailure can be specified, not both.");
}

TEST_F(StackTest, AFailedCreationThatWasKeptIsMended) {
  create(kTwice, {.on_failure = "DO_NOTHING"});
  std::string mended = kTwice;
  mended.replace(mended.rfind("\"/x\""), 4, "\"/y\"");
  update(mended);
  EXPECT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_EQ(count_groups(h), 2u);
  remove();
  EXPECT_EQ(count_groups(h), 0u);
}

// An update that was left half-way is taken back, or mended, as a whole.
TEST_F(StackTest, AFailedUpdateThatWasKeptGoesBackAsAWhole) {
  constexpr char kBefore[] = R"({"Resources":{
    "A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/a"}}}})";
  constexpr char kAfter[] = R"({"Resources":{
    "A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/new"}},
    "B":{"Type":"AWS::Logs::LogGroup","DependsOn":"A","Properties":{"LogGroupName":"/new"}}}})";
  create(kBefore);
  update(kAfter, {.disable_rollback = true});
  EXPECT_EQ(status(), "UPDATE_FAILED") << events();
  EXPECT_EQ(count_groups(h), 2u) << "the old one waits";
  must<wire::RollbackStack>({.stack_name = "app"});
  settle();
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE") << events();
  EXPECT_EQ(count_groups(h), 1u);
  EXPECT_EQ(physical_id("A"), "/a");

  update(kAfter, {.disable_rollback = true});
  std::string mended = kAfter;
  mended.replace(mended.rfind("\"/new\""), 6, "\"/b\"");
  update(mended);
  EXPECT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_EQ(count_groups(h), 2u) << "the replaced one is gone";

  update(kBefore);
  update(kAfter, {.disable_rollback = true});
  remove();
  EXPECT_EQ(count_groups(h), 0u) << "with what was waiting";
}

TEST_F(StackTest, TimeoutInMinutesEndsACreation) {
  constexpr char kTable[] = R"({"Resources":{"T":{"Type":"AWS::DynamoDB::Table","Properties":{
    "BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"id",
    "AttributeType":"S"}],"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}},
    "A":{"Type":"AWS::Logs::LogGroup","DependsOn":"T"}}})";
  must<wire::CreateStack>({.stack_name = "app", .template_body = kTable, .timeout_in_minutes = 1});
  h.clock.advance_ms(61'000);  // while it waits for its table
  settle();
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE") << events();
  EXPECT_THAT(events(), HasSubstr("app:ROLLBACK_IN_PROGRESS Stack creation time exceeded the "
                                  "specified timeout. Rollback requested by user."));
  EXPECT_THAT(events(), HasSubstr("T:CREATE_FAILED Resource creation cancelled"));
  EXPECT_THAT(events(), HasSubstr("T:DELETE_COMPLETE"));
  EXPECT_EQ(stack().timeout_in_minutes, 1);
  EXPECT_EQ(count_groups(h), 0u);
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
TEST_F(StackTest, PoliciesKeepResources) {
  constexpr char kKept[] = R"({"Resources":{
    "A":{"Type":"AWS::Logs::LogGroup","DeletionPolicy":"Retain","UpdateReplacePolicy":"Retain",
         "Properties":{"LogGroupName":"/one"}}}})";
  create(kKept);
  std::string second = kKept;
  second.replace(second.find("/one"), 4, "/two");
  update(second);
  EXPECT_EQ(count_groups(h), 2u) << events();
  EXPECT_THAT(events(), HasSubstr("A:DELETE_SKIPPED"));
  remove();
  EXPECT_EQ(count_groups(h), 2u);
  EXPECT_EQ(error<wire::CreateStack>({.stack_name = "s", .template_body = R"({"Resources":{
                 "A":{"Type":"AWS::Logs::LogGroup","DeletionPolicy":"Snapshot"}}})"}),
            "ValidationError: Template error: resource type AWS::Logs::LogGroup does not support "
            "deletion policy Snapshot");
}

TEST_F(StackTest, RetainExceptOnCreateRemovesWhatItsOwnOperationMade) {
  std::string kept = kTwice;
  kept.replace(kept.find("\"Properties\""), 0, "\"DeletionPolicy\":\"Retain\",");
  create(kept);
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE") << events();
  EXPECT_EQ(count_groups(h), 1u) << "Retain keeps it";
  remove();
  must<aws::logs::DeleteLogGroup>({"/x"});
  create(kept, {.retain_except_on_create = true});
  EXPECT_EQ(count_groups(h), 0u) << "asked for";
  remove();
  std::string except = kTwice;
  except.replace(except.find("\"Properties\""), 0, "\"DeletionPolicy\":\"RetainExceptOnCreate\",");
  create(except);
  EXPECT_EQ(count_groups(h), 0u) << "by its policy";
  remove();
  std::string good = except;
  good.replace(good.rfind("\"/x\""), 4, "\"/y\"");
  create(good);
  remove();
  EXPECT_EQ(count_groups(h), 1u) << "kept when the stack goes";
}

TEST_F(StackTest, TerminationProtectionKeepsAStack) {
  create(kGroup, {.enable_termination_protection = true});
  EXPECT_EQ(
      error<wire::DeleteStack>({.stack_name = "app"}),
      "ValidationError: Stack [app] cannot be deleted while TerminationProtection is enabled");
  must<wire::UpdateTerminationProtection>(
      {.enable_termination_protection = false, .stack_name = "app"});
  remove();
  EXPECT_EQ(count_groups(h), 0u);
}

TEST_F(StackTest, TagsReachResourcesAndFollow) {
  auto tags = [&] {
    std::string text;
    auto out = must<aws::logs::ListTagsLogGroup>({"/a"});
    for (const auto& [key, value] : *out.tags)
      text += key + "=" + value + ";";
    return text;
  };
  std::string system = "aws:cloudformation:logical-id=A;aws:cloudformation:stack-id=";
  create(kGroup, {.tags = {{{"stage", "dev"}, {"team", "one"}}}});
  system += *stack().stack_id + ";aws:cloudformation:stack-name=app;";
  EXPECT_EQ(tags(), system + "stage=dev;team=one;");
  // Nothing but a tag is another.
  must<wire::CreateChangeSet>({.stack_name = "app",
                               .use_previous_template = true,
                               .tags = {{{"stage", "prod"}}},
                               .change_set_name = "c"});
  auto shown = must<wire::DescribeChangeSet>({.change_set_name = "c", .stack_name = "app"});
  ASSERT_EQ(shown.changes->size(), 1u);
  EXPECT_EQ(shown.changes->at(0).resource_change->scope->at(0), "Tags");
  EXPECT_EQ(shown.changes->at(0).resource_change->replacement, "False");
  update(kGroup, {.tags = {{{"stage", "prod"}}}});
  EXPECT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_EQ(tags(), system + "stage=prod;");
  EXPECT_THAT(events(), HasSubstr("A:UPDATE_COMPLETE"));
}

TEST_F(StackTest, TagsGoBackWithAFailedUpdate) {
  create(kGroup, {.tags = {{{"stage", "dev"}}}});
  update(R"({"Resources":{"A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/a"}},
    "B":{"Type":"AWS::Logs::LogGroup","DependsOn":"A","Properties":{"LogGroupName":"/a"}}}})",
         {.tags = {{{"stage", "prod"}}}});
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE") << events();
  EXPECT_EQ(must<aws::logs::ListTagsLogGroup>({"/a"}).tags->at("stage"), "dev");
}

constexpr char kExports[] = R"({"Resources":{"A":{"Type":"AWS::Logs::LogGroup"}},
  "Outputs":{"Name":{"Value":"one","Export":{"Name":"shared"}}}})";
constexpr char kImports[] = R"({"Resources":{"A":{"Type":"AWS::Logs::LogGroup","Properties":{
  "LogGroupName":{"Fn::Sub":["/x/${n}",{"n":{"Fn::ImportValue":"shared"}}]}}}}})";

TEST_F(StackTest, ImportsHoldExports) {
  create(kExports);
  must<wire::CreateStack>({.stack_name = "user", .template_body = kImports});
  settle();
  EXPECT_EQ(stack("user").stack_status, "CREATE_COMPLETE") << events("user");
  EXPECT_EQ(must<wire::ListImports>({.export_name = "shared"}).imports->at(0), "user");
  remove();
  EXPECT_EQ(status(), "CREATE_COMPLETE");
  EXPECT_EQ(stack().stack_status_reason, "Export shared cannot be deleted as it is in use by user");
  std::string other = kExports;
  other.replace(other.find("\"one\""), 5, "\"two\"");
  update(other);
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_THAT(events(), HasSubstr("Export shared cannot be updated as it is in use by user"));
  // The other stack lets go.
  must<wire::UpdateStack>({.stack_name = "user", .template_body = kGroup});
  settle();
  remove();
  EXPECT_FALSE(h.call<wire::DescribeStacks>({.stack_name = "app"}).ok());
}

TEST_F(StackTest, AMissingExportIsToldByTheDeployment) {
  create(kImports);
  EXPECT_EQ(status(), "ROLLBACK_COMPLETE");
  EXPECT_THAT(events(), HasSubstr("app:ROLLBACK_IN_PROGRESS No export named shared found. "
                                  "Rollback requested by user."));
}

TEST_F(StackTest, DeletionFailsIsMendedOrForced) {
  create(R"({"Resources":{"Bucket":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"full"}},
    "A":{"Type":"AWS::Logs::LogGroup"}}})");
  must<aws::s3::PutObject>({.body = aws::Body{.bytes = "x"}, .bucket = "full", .key = "k"});
  EXPECT_THAT(error<wire::DeleteStack>(
                  {.stack_name = "app", .retain_resources = std::vector<std::string>{"Bucket"}}),
              HasSubstr("must be DELETE_FAILED to specify which resources to retain"));
  remove();
  EXPECT_EQ(status(), "DELETE_FAILED");
  EXPECT_EQ(stack().stack_status_reason, "The following resource(s) failed to delete: [Bucket]. ");
  EXPECT_EQ(count_groups(h), 0u);
  std::string id = *stack().stack_id;
  must<wire::DeleteStack>({.stack_name = "app", .deletion_mode = "FORCE_DELETE_STACK"});
  settle();
  EXPECT_EQ(stack(id).stack_status, "DELETE_COMPLETE") << events(id);
  EXPECT_TRUE(h.call<aws::s3::HeadBucket>({.bucket = "full"}).ok()) << "what fails is left";
}

TEST_F(StackTest, ARequestThatIsSentAgainMakesNothingNew) {
  auto first = must<wire::CreateStack>(
      {.stack_name = "app", .template_body = kGroup, .client_request_token = "t"});
  auto again = must<wire::CreateStack>(
      {.stack_name = "app", .template_body = kGroup, .client_request_token = "t"});
  EXPECT_EQ(first.stack_id, again.stack_id);
  EXPECT_EQ(error<wire::CreateStack>(
                {.stack_name = "app", .template_body = kGroup, .client_request_token = "u"}),
            "AlreadyExistsException: Stack [app] already exists");
}

TEST_F(StackTest, ChangeSetsShowValuesOnDemandAndGrowOld) {
  create(kGroup);
  std::string two = kGroup;
  two.replace(two.find("\"/a\""), 4, "\"/b\"");
  std::string id = *must<wire::CreateChangeSet>(
                        {.stack_name = "app", .template_body = two, .change_set_name = "c"})
                        .id;
  auto plain = must<wire::DescribeChangeSet>({.change_set_name = id});
  EXPECT_FALSE(plain.changes->at(0).resource_change->before_context.has_value());
  auto shown =
      must<wire::DescribeChangeSet>({.change_set_name = id, .include_property_values = true});
  const auto& change = *shown.changes->at(0).resource_change;
  EXPECT_EQ(change.before_context, R"({"Properties":{"LogGroupName":"/a"}})");
  EXPECT_EQ(change.after_context, R"({"Properties":{"LogGroupName":"/b"}})");
  EXPECT_EQ(change.details->at(0).target->after_value, "/b");
  EXPECT_EQ(must<wire::GetTemplate>({.change_set_name = id}).template_body, two);
  update(
      R"({"Resources":{"A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/c"}}}})");
  EXPECT_THAT(error<wire::ExecuteChangeSet>({.change_set_name = id}),
              HasSubstr("InvalidChangeSetStatus: "));
}

TEST_F(StackTest, TemplateErrorsAreToldBeforeAnythingIsMade) {
  auto message = [&](const std::string& resource) {
    return error<wire::CreateStack>(
        {.stack_name = "app",
         .template_body = R"({"Mappings":{"M":{"a":{"b":"c"}}},"Resources":{
           "T":{"Type":"AWS::Logs::LogGroup"},"A":{"Type":"AWS::Logs::LogGroup","Properties":)" +
                          resource + "}}}"});
  };
  EXPECT_EQ(message(R"({"LogGroupName":{"Fn::FindInMap":["M","a","z"]}})"),
            "ValidationError: Template error: Unable to get mapping for M::a::z");
  EXPECT_EQ(message(R"({"LogGroupName":{"Fn::GetAtt":["T","Nope"]}})"),
            "ValidationError: Template error: resource T does not support attribute type Nope in "
            "Fn::GetAtt");
  EXPECT_EQ(message(R"({"LogGroupName":{"Fn::If":["Nope",1,2]}})"),
            "ValidationError: Template error: unresolved condition dependency Nope");
  EXPECT_THAT(message(R"({"LogGroupNme":"x"})"),
              HasSubstr("Properties validation failed for resource A with message: #: extraneous "
                        "key [LogGroupNme] is not permitted"));
  EXPECT_FALSE(h.call<wire::DescribeStacks>({.stack_name = "app"}).ok());
  EXPECT_EQ(error<wire::ValidateTemplate>(
                {.template_body = R"({"Resources":{"A":{"Type":"AWS::Nope::It"}}})"}),
            "ValidationError: Template format error: Unrecognized resource types: [AWS::Nope::It]");
  auto summary = must<wire::GetTemplateSummary>(
      {.template_body = R"({"Resources":{"A":{"Type":"AWS::Nope::It"}}})",
       .template_summary_config =
           wire::TemplateSummaryConfig{.treat_unrecognized_resource_types_as_warnings = true}});
  EXPECT_EQ(summary.warnings->unrecognized_resource_types->at(0), "AWS::Nope::It");
}

TEST_F(StackTest, ResourcesAreMadeOneAfterAnother) {
  create(R"({"Resources":{"B":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/b"}},
    "A":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"/a"}}}})");
  EXPECT_EQ(events(),
            "app:CREATE_COMPLETE\n"
            "A:CREATE_COMPLETE\n"
            "A:CREATE_IN_PROGRESS Resource creation Initiated\n"
            "A:CREATE_IN_PROGRESS\n"
            "B:CREATE_COMPLETE\n"
            "B:CREATE_IN_PROGRESS Resource creation Initiated\n"
            "B:CREATE_IN_PROGRESS\n"
            "app:CREATE_IN_PROGRESS User Initiated\n");
}

TEST_F(StackTest, ListsComeInPages) {
  for (int i = 0; i < 103; ++i) {
    must<wire::CreateStack>(
        {.stack_name = "s" + std::to_string(i),
         .template_body = R"({"Resources":{"A":{"Type":"AWS::CDK::Metadata"}}})"});
    h.clock.advance_ms(1);
  }
  settle();
  auto first = must<wire::ListStacks>({});
  ASSERT_EQ(first.stack_summaries->size(), 100u);
  EXPECT_EQ(first.stack_summaries->front().stack_name, "s102") << "the newest first";
  auto rest = must<wire::ListStacks>({.next_token = first.next_token});
  ASSERT_EQ(rest.stack_summaries->size(), 3u);
  EXPECT_EQ(rest.stack_summaries->back().stack_name, "s0");
  EXPECT_FALSE(rest.next_token.has_value());
}

}  // namespace
}  // namespace millrace::cloudformation
