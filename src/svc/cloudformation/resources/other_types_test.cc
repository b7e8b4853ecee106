// AWS::S3::BucketPolicy, AWS::SES::EmailIdentity, AWS::IAM::ManagedPolicy, AWS::IAM::Policy,
// AWS::Events::Rule, AWS::SSM::Parameter, AWS::CDK::Metadata.
#include "aws/events.h"
#include "aws/iam.h"
#include "aws/s3.h"
#include "aws/sesv2.h"
#include "aws/ssm.h"
#include "svc/cloudformation/stack_testing.h"

namespace millrace::cloudformation {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class OtherTypesTest : public StackTest {
 protected:
  static std::string replaced(std::string text, std::string_view from, std::string_view to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
};

// The deployment bucket of the tools.
TEST_F(OtherTypesTest, ABucketAndItsPolicy) {
  constexpr char kBucket[] = R"({"Resources":{
    "ServerlessDeploymentBucket":{"Type":"AWS::S3::Bucket","Properties":{"BucketEncryption":{
      "ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{
        "SSEAlgorithm":"AES256"}}]},"Tags":[{"Key":"k","Value":"v"}]}},
    "ServerlessDeploymentBucketPolicy":{"Type":"AWS::S3::BucketPolicy","Properties":{
      "Bucket":{"Ref":"ServerlessDeploymentBucket"},"PolicyDocument":{"Statement":[{
        "Action":"s3:*","Effect":"Deny","Principal":"*","Resource":[{"Fn::Join":["",["arn:",
        {"Ref":"AWS::Partition"},":s3:::",{"Ref":"ServerlessDeploymentBucket"},"/*"]]}],
        "Condition":{"Bool":{"aws:SecureTransport":false}}}]}}}},
    "Outputs":{"Bucket":{"Value":{"Ref":"ServerlessDeploymentBucket"}}}})";
  create(kBucket);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  std::string bucket = output("Bucket");
  EXPECT_THAT(bucket, ::testing::StartsWith("app-serverlessdeploymentbucket-"));
  auto policy = [&] { return *must<aws::s3::GetBucketPolicy>({.bucket = bucket}).policy; };
  EXPECT_THAT(policy(), HasSubstr("arn:aws:s3:::" + bucket + "/*"));
  auto tags = must<aws::s3::GetBucketTagging>({.bucket = bucket}).tag_set;
  EXPECT_EQ(tags.size(), 4u) << "its own and CloudFormation's";
  update(replaced(kBucket, "\"s3:*\"", "\"s3:GetObject\""));
  EXPECT_THAT(policy(), HasSubstr("s3:GetObject"));
  update(replaced(kBucket, R"("Outputs")", R"("Description":"d","Outputs")"), {});
  EXPECT_THAT(policy(), HasSubstr("s3:*"));
  remove();
  EXPECT_FALSE(h.call<aws::s3::HeadBucket>({.bucket = bucket}).ok());
}

TEST_F(OtherTypesTest, APolicyLeavesItsBucket) {
  create(R"({"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"kept"}},
    "P":{"Type":"AWS::S3::BucketPolicy","Properties":{"Bucket":{"Ref":"B"},"PolicyDocument":{
      "Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",
      "Resource":"arn:aws:s3:::kept/*"}]}}}}})");
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  update(R"({"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"kept"}}}})");
  EXPECT_EQ(error<aws::s3::GetBucketPolicy>({.bucket = "kept"}).substr(0, 18),
            "NoSuchBucketPolicy");
}

TEST_F(OtherTypesTest, ABucketLosesWhatItsTemplateLoses) {
  create(R"({"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"b-one",
    "PublicAccessBlockConfiguration":{"BlockPublicAcls":true},
    "CorsConfiguration":{"CorsRules":[{"AllowedMethods":["GET"],"AllowedOrigins":["*"]}]},
    "OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}}}}})");
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  EXPECT_TRUE(h.call<aws::s3::GetPublicAccessBlock>({.bucket = "b-one"}).ok());
  update(R"({"Resources":{"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":"b-one"}}}})");
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_FALSE(h.call<aws::s3::GetPublicAccessBlock>({.bucket = "b-one"}).ok());
  EXPECT_FALSE(h.call<aws::s3::GetBucketCors>({.bucket = "b-one"}).ok());
  EXPECT_FALSE(h.call<aws::s3::GetBucketOwnershipControls>({.bucket = "b-one"}).ok());
}

TEST_F(OtherTypesTest, AnIndexOfATableIsNotChangedInPlace) {
  constexpr char kTable[] = R"({"Resources":{"T":{"Type":"AWS::DynamoDB::Table","Properties":{
    "BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
      {"AttributeName":"id","AttributeType":"S"},{"AttributeName":"by","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],"GlobalSecondaryIndexes":[{
      "IndexName":"one","KeySchema":[{"AttributeName":"by","KeyType":"HASH"}],
      "Projection":{"ProjectionType":"ALL"}}]}}}})";
  create(kTable);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  update(replaced(kTable, "\"ALL\"", "\"KEYS_ONLY\""));
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_THAT(events(), HasSubstr("T:UPDATE_FAILED Cannot update GSI's properties other than"));
  update(replaced(kTable, "\"IndexName\":\"one\"", "\"IndexName\":\"two\""));
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE") << "one comes and one goes: two changes";
}

TEST_F(OtherTypesTest, WhatTheTemplateNamesIsNotReplacedUnderItsName) {
  constexpr char kTable[] = R"({"Resources":{"T":{"Type":"AWS::DynamoDB::Table","Properties":{
    "TableName":"mine","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[
      {"AttributeName":"id","AttributeType":"S"}],
    "KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}}}})";
  create(kTable);
  std::string text = kTable;
  for (size_t at = 0; (at = text.find("\"id\"", at)) != std::string::npos;)
    text.replace(at, 4, "\"no\"");
  update(text);
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_THAT(events(),
              HasSubstr("T:UPDATE_FAILED CloudFormation cannot update a stack when a custom-named "
                        "resource requires replacing. Rename mine and update the stack "
                        "again."));
  update(replaced(text, "\"mine\"", "\"other\""));
  EXPECT_EQ(status(), "UPDATE_COMPLETE") << events();
}

// On AWS the property's text would have to change.
TEST_F(OtherTypesTest, DynamicReferencesAreReadAgainByEveryUpdate) {
  must<aws::ssm::PutParameter>({.name = "/v", .value = "one", .type = "String"});
  constexpr char kReads[] = R"({"Resources":{"P":{"Type":"AWS::SSM::Parameter","Properties":{
    "Name":"/copy","Type":"String","Value":"{{resolve:ssm:/v}}"}}}})";
  create(kReads);
  must<aws::ssm::PutParameter>({.name = "/v", .value = "two", .overwrite = true});
  update(kReads);
  EXPECT_EQ(must<aws::ssm::GetParameter>({.name = "/copy"}).parameter->value, "two");
}

TEST_F(OtherTypesTest, AnEmailIdentity) {
  constexpr char kIdentity[] = R"({"Resources":{"Sender":{"Type":"AWS::SES::EmailIdentity",
    "Properties":{"EmailIdentity":"me@example.com"}}},"Outputs":{"I":{"Value":{"Ref":"Sender"}}}})";
  create(kIdentity);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  EXPECT_EQ(output("I"), "me@example.com");
  update(replaced(kIdentity, "me@", "you@"), {});
  auto all = must<aws::sesv2::ListEmailIdentities>({});
  ASSERT_EQ(all.email_identities->size(), 1u);
  EXPECT_EQ(all.email_identities->at(0).identity_name, "you@example.com");
  // A tag of the stack is no reason to make it anew.
  update(replaced(kIdentity, "me@", "you@"), {.tags = {{{"k", "v"}}}});
  std::string story = events();
  EXPECT_THAT(story.substr(0, story.find("app:UPDATE_IN_PROGRESS")), Not(HasSubstr("Sender:")));
  remove();
  EXPECT_TRUE(must<aws::sesv2::ListEmailIdentities>({}).email_identities->empty());
}

constexpr char kPolicies[] = R"({"Resources":{
  "Role":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"worker","AssumeRolePolicyDocument":{
    "Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
    "Principal":{"Service":"lambda.amazonaws.com"}}]},"Tags":[{"Key":"a","Value":"1"}]}},
  "Managed":{"Type":"AWS::IAM::ManagedPolicy","Properties":{"Roles":[{"Ref":"Role"}],
    "PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",
    "Resource":"*"}]}}},
  "Inline":{"Type":"AWS::IAM::Policy","Properties":{"PolicyName":"one","Roles":[{"Ref":"Role"}],
    "PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*",
    "Resource":"*"}]}}}},"Outputs":{"Arn":{"Value":{"Ref":"Managed"}}}})";

TEST_F(OtherTypesTest, PoliciesOfARole) {
  create(kPolicies);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  auto attached = must<aws::iam::ListAttachedRolePolicies>({.role_name = "worker"});
  ASSERT_EQ(attached.attached_policies->size(), 1u);
  EXPECT_EQ(attached.attached_policies->at(0).policy_arn, output("Arn"));
  EXPECT_EQ(must<aws::iam::ListRolePolicies>({.role_name = "worker"}).policy_names.at(0), "one");
  auto tags = must<aws::iam::ListRoleTags>({.role_name = "worker"}).tags;
  EXPECT_EQ(tags.size(), 1u) << "a role has no tags of CloudFormation's";
  // Every change of the document is a version; there is room for five.
  for (int i = 0; i < 6; ++i) {
    update(replaced(kPolicies, "s3:GetObject", "s3:Get" + std::to_string(i)), {});
    ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  }
  EXPECT_LE(must<aws::iam::ListPolicyVersions>({.policy_arn = output("Arn")}).versions->size(), 5u);
  std::string text = replaced(kPolicies, "\"PolicyName\":\"one\"", "\"PolicyName\":\"two\"");
  text = replaced(text, R"(,"Tags":[{"Key":"a","Value":"1"}])", "");
  update(text);
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  auto names = must<aws::iam::ListRolePolicies>({.role_name = "worker"}).policy_names;
  ASSERT_EQ(names.size(), 1u);
  EXPECT_EQ(names.at(0), "two");
  EXPECT_TRUE(must<aws::iam::ListRoleTags>({.role_name = "worker"}).tags.empty());
  remove();
  EXPECT_TRUE(must<aws::iam::ListRoles>({}).roles.empty());
  EXPECT_TRUE(must<aws::iam::ListPolicies>({.scope = "Local"}).policies->empty());
}

TEST_F(OtherTypesTest, ARuleAndItsTags) {
  constexpr char kRule[] = R"json({"Resources":{"Tick":{"Type":"AWS::Events::Rule","Properties":{
    "ScheduleExpression":"rate(5 minutes)","State":"ENABLED","Tags":[{"Key":"a","Value":"1"}],
    "Targets":[{"Arn":"arn:aws:lambda:us-east-1:123456789012:function:hello","Id":"one"}]}}}})json";
  create(kRule);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  std::string name = physical_id("Tick");
  std::string arn = "arn:aws:events:us-east-1:123456789012:rule/" + name;
  update(replaced(replaced(kRule, "\"Id\":\"one\"", "\"Id\":\"two\""), "\"Key\":\"a\"",
                  "\"Key\":\"b\""));
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  auto targets = must<aws::events::ListTargetsByRule>({.rule = name});
  ASSERT_EQ(targets.targets->size(), 1u);
  EXPECT_EQ(targets.targets->at(0).id, "two");
  std::string keys;
  auto tags = must<aws::events::ListTagsForResource>({.resource_arn = arn});
  for (const auto& tag : *tags.tags)
    keys += tag.key + " ";
  EXPECT_EQ(keys,
            "aws:cloudformation:logical-id aws:cloudformation:stack-id "
            "aws:cloudformation:stack-name b ");
}

TEST_F(OtherTypesTest, AParameterAndOneThatReadsIt) {
  constexpr char kParameter[] =
      R"({"Parameters":{"From":{"Type":"AWS::SSM::Parameter::Value<String>",
      "Default":"/source"}},"Resources":{"P":{"Type":"AWS::SSM::Parameter","Properties":{
      "Name":"/made","Type":"String","Value":{"Ref":"From"},"Tags":{"k":"v"}}}},
    "Outputs":{"V":{"Value":{"Fn::GetAtt":["P","Value"]}}}})";
  EXPECT_EQ(error<wire::CreateStack>({.stack_name = "app", .template_body = kParameter}),
            "ValidationError: Unable to fetch parameters [/source] from parameter store for this "
            "account.");
  must<aws::ssm::PutParameter>({.name = "/source", .value = "one", .type = "String"});
  create(kParameter);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  EXPECT_EQ(output("V"), "one");
  EXPECT_EQ(stack().parameters->at(0).resolved_value, "one");
  must<aws::ssm::PutParameter>({.name = "/source", .value = "two", .overwrite = true});
  update(kParameter);
  EXPECT_EQ(output("V"), "two") << "an update reads it again";
  auto tags =
      must<aws::ssm::ListTagsForResource>({.resource_type = "Parameter", .resource_id = "/made"});
  EXPECT_EQ(tags.tag_list->size(), 4u);
  remove();
  EXPECT_FALSE(h.call<aws::ssm::GetParameter>({.name = "/made"}).ok());
}

// What is secret comes into no template.
TEST_F(OtherTypesTest, SecretsStaySecret) {
  must<aws::ssm::PutParameter>({.name = "/secret", .value = "hush", .type = "SecureString"});
  constexpr char kReads[] = R"({"Resources":{"P":{"Type":"AWS::SSM::Parameter","Properties":{
    "Type":"String","Value":"{{resolve:ssm:/secret}}"}}}})";
  EXPECT_EQ(error<wire::CreateStack>({.stack_name = "app", .template_body = kReads}),
            "ValidationError: Non-secure ssm prefix was used for secure parameter: /secret");
  EXPECT_EQ(error<wire::CreateStack>(
                {.stack_name = "app", .template_body = replaced(kReads, ":ssm:", ":ssm-secure:")}),
            "ValidationError: SSM Secure reference is not supported in: [ssm-secure:/secret]");
  EXPECT_EQ(error<wire::CreateStack>(
                {.stack_name = "app", .template_body = R"({"Parameters":{"S":{"Default":"/secret",
                   "Type":"AWS::SSM::Parameter::Value<String>"}},
                   "Resources":{"A":{"Type":"AWS::Logs::LogGroup"}}})"}),
            "ValidationError: Parameters [/secret] referenced by template have types not supported "
            "by CloudFormation.");
  must<wire::CreateChangeSet>({.stack_name = "app",
                               .template_body = R"({"Parameters":{"S":{"Type":"String",
                                 "NoEcho":true,"Default":"hush"}},
                                 "Resources":{"A":{"Type":"AWS::Logs::LogGroup"}}})",
                               .change_set_name = "c",
                               .change_set_type = "CREATE"});
  auto shown = must<wire::DescribeChangeSet>({.change_set_name = "c", .stack_name = "app"});
  EXPECT_EQ(shown.parameters->at(0).parameter_value, "****");
}

TEST_F(OtherTypesTest, CdkMetadataIsAccepted) {
  create(R"({"Resources":{"CDKMetadata":{"Type":"AWS::CDK::Metadata","Properties":{
    "Analytics":"v2:deflate64:H4s"},"Metadata":{"aws:cdk:path":"App/CDKMetadata/Default"}}}})");
  EXPECT_EQ(status(), "CREATE_COMPLETE");
}

}  // namespace
}  // namespace millrace::cloudformation
