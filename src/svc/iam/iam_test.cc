#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aws/iam.h"
#include "aws/sts.h"
#include "base/encoding.h"
#include "svc/iam/authorizer.h"
#include "svc/iam/iam.h"
#include "svc/iam/key_ring.h"
#include "svc/testing/harness.h"

namespace millrace::iam {
namespace {

namespace wire = aws::iam;
namespace sts = aws::sts;

constexpr char kLambdaTrust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
    R"("Principal":{"Service":"lambda.amazonaws.com"}}]})";
constexpr char kAccountTrust[] =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
    R"("Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]})";
constexpr char kGetItem[] =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:GetItem",)"
    R"("Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/notes"}})";
constexpr char kTable[] = "arn:aws:dynamodb:us-east-1:123456789012:table/notes";

class IamTest : public ::testing::Test {
 protected:
  IamTest() : h([](svc::Registry& r) { register_operations(r); }) {
    h.ports.authorizer = &authorizer;
    h.ports.role_sessions = &keys;
  }

  template <class Op>
  typename Op::Output must(typename Op::Input in) {
    auto out = h.call<Op>(std::move(in));
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.error().to_string());
    return out.ok() ? std::move(*out) : typename Op::Output{};
  }
  template <class Op>
  Error refused(typename Op::Input in) {
    auto out = h.call<Op>(std::move(in));
    EXPECT_FALSE(out.ok());
    return out.ok() ? Error::internal("not refused") : std::move(out).error();
  }

  std::string make_role(const std::string& name, const char* trust = kLambdaTrust) {
    return must<wire::CreateRole>({.role_name = name, .assume_role_policy_document = trust})
        .role.arn;
  }
  svc::Caller session_of(const std::string& role_arn) {
    auto snapshot = h.store->snapshot();
    auto issued = keys.issue_role_session(
        *snapshot, {.role_arn = role_arn, .session_name = "fn", .service = "lambda.amazonaws.com"});
    EXPECT_TRUE(issued.ok());
    auto key = keys.resolve(*snapshot, issued->access_key_id, issued->session_token);
    EXPECT_TRUE(key.ok() && key->has_value());
    return (*key)->caller;
  }
  Status may(const svc::Caller& caller, const svc::Access& access) {
    auto snapshot = h.store->snapshot();
    return authorizer.check(*snapshot, caller, access);
  }

  svc::testing::Harness h;
  IamAuthorizer authorizer{h.clock};
  KeyRing keys{h.clock, std::string(32, 'k'), {{"ROOTKEY", "rootsecret", "123456789012"}}};
};

TEST_F(IamTest, RolesAreMadeReadAndDeleted) {
  auto made = must<wire::CreateRole>({.path = "/service/",
                                      .role_name = "Fn",
                                      .assume_role_policy_document = kLambdaTrust,
                                      .description = "d",
                                      .tags = std::vector<wire::Tag>{{"a", "b"}}});
  EXPECT_EQ(made.role.arn, "arn:aws:iam::123456789012:role/service/Fn");
  EXPECT_TRUE(made.role.role_id.starts_with("AROA"));
  EXPECT_EQ(made.role.role_id.size(), 21u);
  EXPECT_EQ(percent_decode(*made.role.assume_role_policy_document), kLambdaTrust);
  auto got = must<wire::GetRole>({.role_name = "fn"}).role;  // names do not care for case
  EXPECT_EQ(got.role_name, "Fn");
  EXPECT_EQ(got.max_session_duration, 3600);
  EXPECT_EQ(
      refused<wire::CreateRole>({.role_name = "FN", .assume_role_policy_document = kLambdaTrust})
          .code(),
      "EntityAlreadyExists");
  must<wire::DeleteRole>({.role_name = "Fn"});
  Error gone = refused<wire::GetRole>({.role_name = "Fn"});
  EXPECT_EQ(gone.code(), "NoSuchEntity");
  EXPECT_EQ(gone.http_status(), 404);
  EXPECT_EQ(gone.message(), "The role with name Fn cannot be found.");
}

TEST_F(IamTest, MalformedDocumentsAreRefused) {
  EXPECT_EQ(
      refused<wire::CreateRole>({.role_name = "r", .assume_role_policy_document = "{}"}).code(),
      "MalformedPolicyDocument");
  make_role("r");
  EXPECT_EQ(
      refused<wire::PutRolePolicy>({.role_name = "r", .policy_name = "p", .policy_document = "x"})
          .message(),
      "This policy contains invalid Json");
}

TEST_F(IamTest, ARoleWithPoliciesIsNotDeleted) {
  make_role("r");
  must<wire::PutRolePolicy>({.role_name = "r", .policy_name = "p", .policy_document = kGetItem});
  EXPECT_EQ(refused<wire::DeleteRole>({.role_name = "r"}).message(),
            "Cannot delete entity, must delete policies first.");
  must<wire::DeleteRolePolicy>({.role_name = "r", .policy_name = "p"});
  must<wire::AttachRolePolicy>(
      {.role_name = "r", .policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"});
  EXPECT_EQ(refused<wire::DeleteRole>({.role_name = "r"}).message(),
            "Cannot delete entity, must detach all policies first.");
  auto attached = must<wire::ListAttachedRolePolicies>({.role_name = "r"});
  ASSERT_EQ(attached.attached_policies->size(), 1u);
  EXPECT_EQ(*attached.attached_policies->front().policy_name, "AmazonS3FullAccess");
}

TEST_F(IamTest, AnAwsPolicyWeDoNotHaveIsRefusedByName) {
  make_role("r");
  Error error = refused<wire::AttachRolePolicy>(
      {.role_name = "r", .policy_arn = "arn:aws:iam::aws:policy/AmazonBraketFullAccess"});
  EXPECT_EQ(error.code(), "NoSuchEntity");
  EXPECT_THAT(error.message(), ::testing::HasSubstr("AmazonBraketFullAccess"));
}

TEST_F(IamTest, ManagedPoliciesHaveVersions) {
  std::string arn =
      *must<wire::CreatePolicy>({.policy_name = "p", .policy_document = kGetItem}).policy->arn;
  EXPECT_EQ(arn, "arn:aws:iam::123456789012:policy/p");
  for (int i = 0; i < 4; ++i) {
    must<wire::CreatePolicyVersion>(
        {.policy_arn = arn, .policy_document = kGetItem, .set_as_default = true});
  }
  EXPECT_EQ(
      refused<wire::CreatePolicyVersion>({.policy_arn = arn, .policy_document = kGetItem}).code(),
      "LimitExceeded");
  EXPECT_EQ(refused<wire::DeletePolicyVersion>({.policy_arn = arn, .version_id = "v5"}).code(),
            "DeleteConflict");
  EXPECT_EQ(refused<wire::DeletePolicy>({.policy_arn = arn}).code(), "DeleteConflict");
  for (const char* id : {"v1", "v2", "v3", "v4"}) {
    must<wire::DeletePolicyVersion>({.policy_arn = arn, .version_id = id});
  }
  make_role("r");
  must<wire::AttachRolePolicy>({.role_name = "r", .policy_arn = arn});
  EXPECT_EQ(must<wire::GetPolicy>({.policy_arn = arn}).policy->attachment_count, 1);
  EXPECT_EQ(refused<wire::DeletePolicy>({.policy_arn = arn}).message(),
            "Cannot delete a policy attached to entities.");
  must<wire::DetachRolePolicy>({.role_name = "r", .policy_arn = arn});
  must<wire::DeletePolicy>({.policy_arn = arn});
}

TEST_F(IamTest, ListsComeInPages) {
  for (const char* name : {"c", "a", "B", "d"})
    make_role(name);
  auto first = must<wire::ListRoles>({.max_items = 3});
  EXPECT_EQ(first.is_truncated, true);
  ASSERT_EQ(first.roles.size(), 3u);
  EXPECT_EQ(first.roles[1].role_name, "B");
  auto second = must<wire::ListRoles>({.marker = first.marker, .max_items = 3});
  ASSERT_EQ(second.roles.size(), 1u);
  EXPECT_EQ(second.roles[0].role_name, "d");
  EXPECT_EQ(second.is_truncated, false);
}

TEST_F(IamTest, AFunctionsRoleDecidesAndChangesCountAtOnce) {
  svc::Caller caller = session_of(make_role("fn"));
  svc::Access get{.action = "dynamodb:GetItem", .resource = kTable};
  Status no = may(caller, get);
  ASSERT_FALSE(no.ok());
  EXPECT_EQ(no.error().code(), "AccessDeniedException");
  EXPECT_EQ(no.error().http_status(), 400);
  EXPECT_EQ(no.error().message(),
            "User: arn:aws:sts::123456789012:assumed-role/fn/fn is not authorized to perform: "
            "dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/notes "
            "because no identity-based policy allows the dynamodb:GetItem action");
  must<wire::PutRolePolicy>({.role_name = "fn", .policy_name = "p", .policy_document = kGetItem});
  EXPECT_TRUE(may(caller, get).ok());
  EXPECT_FALSE(may(caller, {.action = "dynamodb:PutItem", .resource = kTable}).ok());
  must<wire::DeleteRolePolicy>({.role_name = "fn", .policy_name = "p"});
  EXPECT_FALSE(may(caller, get).ok());
}

TEST_F(IamTest, AnUncommittedChangeIsNotRemembered) {
  svc::Caller caller = session_of(make_role("fn"));
  svc::Access get{.action = "dynamodb:GetItem", .resource = kTable};
  {
    auto txn = h.store->begin();
    auto role = load_identity(*txn, {IdentityKind::kRole, "123456789012", "fn"});
    ASSERT_TRUE(role.ok());
    role->inline_policies["p"] = kGetItem;
    save_identity(*txn, *role);
    EXPECT_TRUE(authorizer.check(*txn, caller, get).ok());
  }  // never committed
  EXPECT_FALSE(may(caller, get).ok());
}

TEST_F(IamTest, ARoleMadeAnewIsNotTheOldSessions) {
  svc::Caller caller = session_of(make_role("fn"));
  must<wire::DeleteRole>({.role_name = "fn"});
  make_role("fn");
  must<wire::PutRolePolicy>({.role_name = "fn", .policy_name = "p", .policy_document = kGetItem});
  EXPECT_FALSE(may(caller, {.action = "dynamodb:GetItem", .resource = kTable}).ok());
}

TEST_F(IamTest, ManagedPoliciesOfAwsWork) {
  svc::Caller caller = session_of(make_role("fn"));
  must<wire::AttachRolePolicy>(
      {.role_name = "fn",
       .policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"});
  EXPECT_TRUE(may(caller, {.action = "logs:PutLogEvents",
                           .resource = "arn:aws:logs:us-east-1:123456789012:log-group:x:*"})
                  .ok());
}

TEST_F(IamTest, EveryAwsPolicyParses) {
  auto all = must<wire::ListPolicies>({.scope = "AWS", .max_items = 1000});
  ASSERT_GT(all.policies->size(), 30u);
  for (const wire::Policy& policy : *all.policies) {
    auto version = must<wire::GetPolicyVersion>({.policy_arn = *policy.arn, .version_id = "v1"});
    EXPECT_TRUE(
        policy::Document::parse(std::string_view(percent_decode(*version.policy_version->document)),
                                policy::DocumentKind::kIdentity)
            .ok())
        << *policy.arn;
  }
}

TEST_F(IamTest, ServicesAreLetInByTheResourcePolicy) {
  svc::Access invoke{.action = "lambda:InvokeFunction",
                     .resource = "arn:aws:lambda:us-east-1:123456789012:function:f"};
  auto caller = svc::Caller::service(
      "events.amazonaws.com", "arn:aws:events:us-east-1:123456789012:rule/r", "123456789012");
  EXPECT_FALSE(may(caller, invoke).ok());
  invoke.resource_policy = *codec::Json::parse(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:InvokeFunction",)"
      R"("Principal":{"Service":"events.amazonaws.com"},"Resource":"*","Condition":{"ArnLike":)"
      R"({"aws:SourceArn":"arn:aws:events:us-east-1:123456789012:rule/r"}}}]})");
  EXPECT_TRUE(may(caller, invoke).ok());
  caller.source_arn = "arn:aws:events:us-east-1:123456789012:rule/other";
  EXPECT_FALSE(may(caller, invoke).ok());
}

// The bucket policy that Serverless writes must not lock plain HTTP out (deploy tools on loopback).
TEST_F(IamTest, DenyingInsecureTransportDoesNotBlock) {
  svc::Access get{.action = "s3:GetObject", .resource = "arn:aws:s3:::deploy/key"};
  get.resource_policy = *codec::Json::parse(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",)"
      R"("Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}]})");
  EXPECT_TRUE(may(svc::Caller::root("123456789012"), get).ok());
}

TEST_F(IamTest, UsersKeysSignUntilTheyAreInactive) {
  must<wire::CreateUser>({.user_name = "alice"});
  auto key = must<wire::CreateAccessKey>({.user_name = "alice"}).access_key;
  EXPECT_EQ(key.secret_access_key.size(), 40u);
  auto snapshot = h.store->snapshot();
  auto resolved = keys.resolve(*snapshot, key.access_key_id, "");
  ASSERT_TRUE(resolved.ok() && resolved->has_value());
  EXPECT_EQ((*resolved)->secret, key.secret_access_key);
  EXPECT_EQ((*resolved)->caller.arn, "arn:aws:iam::123456789012:user/alice");
  must<wire::UpdateAccessKey>(
      {.user_name = "alice", .access_key_id = key.access_key_id, .status = "Inactive"});
  snapshot = h.store->snapshot();
  auto inactive = keys.resolve(*snapshot, key.access_key_id, "");
  ASSERT_FALSE(inactive.ok());
  EXPECT_EQ(inactive.error().code(), "InvalidClientTokenId");
  auto unknown = keys.resolve(*snapshot, "test", "");
  EXPECT_TRUE(unknown.ok() && !unknown->has_value());
  auto root = keys.resolve(*snapshot, "ROOTKEY", "");
  ASSERT_TRUE(root.ok() && root->has_value());
  EXPECT_EQ((*root)->caller.kind, svc::CallerKind::kRoot);
}

// In the mode that takes keys that nobody issued, one that was issued and deleted is not such.
TEST_F(IamTest, ADeletedKeyIsRefusedAndNotForgotten) {
  must<wire::CreateUser>({.user_name = "gone"});
  auto key = must<wire::CreateAccessKey>({.user_name = "gone"}).access_key;
  EXPECT_EQ(key.access_key_id.size(), 20u);
  must<wire::DeleteAccessKey>({.user_name = "gone", .access_key_id = key.access_key_id});
  auto snapshot = h.store->snapshot();
  EXPECT_FALSE(keys.resolve(*snapshot, key.access_key_id, "").ok());
  auto unknown = keys.resolve(*snapshot, "AKIAIOSFODNN7EXAMPLE", "");
  EXPECT_TRUE(unknown.ok() && !unknown->has_value());
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
TEST_F(IamTest, ConditionsSeeWhoAsks) {
  make_role("keys");
  must<wire::TagRole>({.role_name = "keys", .tags = {{"team", "blue"}}});
  svc::Caller caller = session_of("arn:aws:iam::123456789012:role/keys");
  auto allowed_if = [&](const std::string& condition) {
    must<wire::PutRolePolicy>(
        {.role_name = "keys",
         .policy_name = "p",
         .policy_document = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*",)"
                            R"("Resource":"*","Condition":)" +
                            condition + "}}"});
    return may(caller, {.action = "dynamodb:GetItem", .resource = kTable}).ok();
  };
  const std::string role_id = caller.user_id.substr(0, caller.user_id.find(':'));
  EXPECT_TRUE(allowed_if(R"({"StringEquals":{"aws:PrincipalTag/team":"blue"}})"));
  EXPECT_FALSE(allowed_if(R"({"StringEquals":{"aws:PrincipalTag/team":"red"}})"));
  EXPECT_TRUE(allowed_if(R"({"StringEquals":{"aws:PrincipalAccount":"123456789012"}})"));
  EXPECT_FALSE(allowed_if(R"({"StringEquals":{"aws:PrincipalAccount":"123456789013"}})"));
  EXPECT_TRUE(
      allowed_if(R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/keys"}})"));
  EXPECT_TRUE(allowed_if(R"({"StringLike":{"aws:userid":")" + role_id + R"(:*"}})"));
  EXPECT_FALSE(allowed_if(R"({"StringLike":{"aws:userid":"AROA*:other"}})"));
  EXPECT_TRUE(allowed_if(R"({"Null":{"aws:username":"true"}})"));
  std::string now = format_iso8601(h.clock.now());
  EXPECT_FALSE(allowed_if(R"({"DateGreaterThan":{"aws:CurrentTime":")" + now + R"("}})"));
  h.clock.advance_ms(1'000);
  EXPECT_TRUE(allowed_if(R"({"DateGreaterThan":{"aws:CurrentTime":")" + now + R"("}})"));
}

TEST_F(IamTest, ASecretIsNotInTheStoreInTheClear) {
  must<wire::CreateUser>({.user_name = "alice"});
  auto key = must<wire::CreateAccessKey>({.user_name = "alice"}).access_key;
  auto snapshot = h.store->snapshot();
  for (auto it = snapshot->scan({}); it->valid(); it->next()) {
    EXPECT_EQ(it->value().find(key.secret_access_key), std::string_view::npos);
  }
}

TEST_F(IamTest, SessionsOutliveARestartAndExpire) {
  std::string arn = make_role("fn");
  auto snapshot = h.store->snapshot();
  auto issued = keys.issue_role_session(
      *snapshot, {.role_arn = arn, .session_name = "fn", .service = "lambda.amazonaws.com"});
  ASSERT_TRUE(issued.ok());
  EXPECT_TRUE(issued->access_key_id.starts_with("ASIA"));
  KeyRing after_restart(h.clock, std::string(32, 'k'), {});
  auto resolved = after_restart.resolve(*snapshot, issued->access_key_id, issued->session_token);
  ASSERT_TRUE(resolved.ok() && resolved->has_value());
  EXPECT_EQ((*resolved)->secret, issued->secret_access_key);
  // Our own key without its token is not an unknown key.
  auto bare = keys.resolve(*snapshot, issued->access_key_id, "");
  ASSERT_FALSE(bare.ok());
  EXPECT_EQ(bare.error().code(), "InvalidClientTokenId");
  std::string changed = issued->session_token;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(keys.resolve(*snapshot, issued->access_key_id, changed).ok());
  // Somebody else's session key is unknown.
  auto foreign = keys.resolve(*snapshot, "ASIAZZZZZZZZZZZZZZZZ", issued->session_token);
  EXPECT_TRUE(foreign.ok() && !foreign->has_value());
  h.clock.advance_ms(3'600'000);
  auto late = keys.resolve(*snapshot, issued->access_key_id, issued->session_token);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code(), "ExpiredToken");
}

TEST_F(IamTest, OnlyATrustedServiceGetsASession) {
  std::string arn = make_role("fn", kAccountTrust);
  auto snapshot = h.store->snapshot();
  EXPECT_EQ(keys.check_trust(*snapshot, arn, "lambda.amazonaws.com").error().code(),
            "AccessDenied");
  EXPECT_FALSE(
      keys.check_trust(*snapshot, "arn:aws:iam::123456789012:role/none", "lambda.amazonaws.com")
          .ok());
}

TEST_F(IamTest, AssumeRoleNeedsTrustAndLimitsBySessionPolicy) {
  std::string arn = make_role("deploy", kAccountTrust);
  must<wire::PutRolePolicy>({.role_name = "deploy",
                             .policy_name = "all",
                             .policy_document =
                                 R"({"Version":"2012-10-17",)"
                                 R"("Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"});
  auto out = must<sts::AssumeRole>({.role_arn = arn, .role_session_name = "s", .policy = kGetItem});
  EXPECT_EQ(out.assumed_role_user->arn, "arn:aws:sts::123456789012:assumed-role/deploy/s");
  auto snapshot = h.store->snapshot();
  auto key =
      keys.resolve(*snapshot, out.credentials->access_key_id, out.credentials->session_token);
  ASSERT_TRUE(key.ok() && key->has_value());
  EXPECT_TRUE(may((*key)->caller, {.action = "dynamodb:GetItem", .resource = kTable}).ok());
  Status limited = may((*key)->caller, {.action = "dynamodb:PutItem", .resource = kTable});
  ASSERT_FALSE(limited.ok());
  EXPECT_THAT(limited.error().message(), ::testing::HasSubstr("no session policy allows"));

  make_role("closed", kLambdaTrust);
  Error error = refused<sts::AssumeRole>(
      {.role_arn = "arn:aws:iam::123456789012:role/closed", .role_session_name = "s"});
  EXPECT_EQ(error.code(), "AccessDenied");
  EXPECT_EQ(error.message(),
            "User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRole on "
            "resource: arn:aws:iam::123456789012:role/closed");
  EXPECT_EQ(refused<sts::AssumeRole>(
                {.role_arn = "arn:aws:iam::123456789012:role/none", .role_session_name = "s"})
                .code(),
            "AccessDenied");
}

TEST_F(IamTest, AUserNeedsPermissionForIam) {
  must<wire::CreateUser>({.user_name = "bob"});
  auto user = must<wire::GetUser>({.user_name = "bob"}).user;
  svc::Call call = svc::testing::Harness::root_call();
  call.caller = svc::Caller{.kind = svc::CallerKind::kUser,
                            .account = "123456789012",
                            .arn = user.arn,
                            .user_id = user.user_id,
                            .user_name = "bob"};
  auto denied = h.call_as<wire::CreateUser>(call, {.user_name = "eve"});
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.error().code(), "AccessDenied");
  EXPECT_EQ(denied.error().message(),
            "User: arn:aws:iam::123456789012:user/bob is not authorized to perform: iam:CreateUser "
            "on resource: arn:aws:iam::123456789012:user/eve because no identity-based policy "
            "allows the iam:CreateUser action");
  auto self = h.call_as<sts::GetCallerIdentity>(call, {});
  ASSERT_TRUE(self.ok());
  EXPECT_EQ(self->arn, user.arn);
}

}  // namespace
}  // namespace millrace::iam
