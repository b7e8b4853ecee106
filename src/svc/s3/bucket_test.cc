#include "svc/s3/bucket.h"

#include "svc/s3/s3_testing.h"

namespace millrace::s3 {
namespace {

TEST(BucketName, FollowsTheRules) {
  for (const char* good : {"abc", "my-bucket.example.com", "0123", "a.b-c"}) {
    EXPECT_TRUE(is_valid_bucket_name(good)) << good;
  }
  for (const char* bad : {"ab", "", "Abc", "a_b", "-abc", "abc-", ".abc", "abc.", "a..b",
                          "192.168.5.4", "xn--abc", "sthree-abc", "abc-s3alias", "abc--ol-s3"}) {
    EXPECT_FALSE(is_valid_bucket_name(bad)) << bad;
  }
  EXPECT_TRUE(is_valid_bucket_name(std::string(63, 'a')));
  EXPECT_FALSE(is_valid_bucket_name(std::string(64, 'a')));
}

using svc::testing::Harness;

class BucketTest : public S3Test {
 protected:
  std::string create(const std::string& name, const std::string& region,
                     std::optional<std::string> constraint = {},
                     const std::string& account = svc::testing::kAccount) {
    ops::CreateBucketRequest in{.bucket = name};
    if (constraint) in.create_bucket_configuration.emplace().location_constraint = constraint;
    return code(h.call_as<ops::CreateBucket>(Harness::root_call(region, account), in));
  }
};

TEST_F(BucketTest, LifeCycle) {
  EXPECT_EQ(code(h.call<ops::HeadBucket>({.bucket = "bucket"})), "OK");
  EXPECT_EQ(h.call<ops::HeadBucket>({.bucket = "bucket"})->bucket_region, "us-east-1");
  must_put("k", "v");
  EXPECT_EQ(code(h.call<ops::DeleteBucket>({.bucket = "bucket"})), "BucketNotEmpty");
  ASSERT_TRUE(h.call<ops::DeleteObject>({.bucket = "bucket", .key = "k"}).ok());
  // Configurations and uploads go with it.
  ASSERT_TRUE(h.call<ops::CreateMultipartUpload>({.bucket = "bucket", .key = "k"}).ok());
  ops::PutBucketTaggingRequest tagging{.bucket = "bucket"};
  tagging.tagging.tag_set = {{"a", "1"}};
  ASSERT_TRUE(h.call<ops::PutBucketTagging>(tagging).ok());
  EXPECT_EQ(code(h.call<ops::DeleteBucket>({.bucket = "bucket"})), "OK");
  EXPECT_EQ(code(h.call<ops::HeadBucket>({.bucket = "bucket"})), "NoSuchBucket");
  make_bucket("bucket");
  EXPECT_EQ(code(h.call<ops::GetBucketTagging>({.bucket = "bucket"})), "NoSuchTagSet");
  EXPECT_FALSE(h.call<ops::ListMultipartUploads>({.bucket = "bucket"})->uploads.has_value());
}

TEST_F(BucketTest, NamesAreOneNamespace) {
  EXPECT_EQ(create("Bad_Name", "us-east-1"), "InvalidBucketName");
  EXPECT_EQ(create("bucket", "us-east-1"), "OK") << "one's own, in us-east-1: as AWS has it";
  EXPECT_EQ(create("bucket", "us-east-1", {}, "999999999999"), "BucketAlreadyExists");
  EXPECT_EQ(create("frankfurt", "eu-central-1", "eu-central-1"), "OK");
  EXPECT_EQ(create("frankfurt", "eu-central-1", "eu-central-1"), "BucketAlreadyOwnedByYou");
  EXPECT_EQ(create("x-x", "eu-central-1"), "IllegalLocationConstraintException");
  EXPECT_EQ(create("x-x", "eu-central-1", "eu-west-1"), "IllegalLocationConstraintException");
  EXPECT_EQ(create("x-x", "us-east-1", "us-east-1"), "InvalidLocationConstraint");
}

TEST_F(BucketTest, RegionsAreReal) {
  ASSERT_EQ(create("frankfurt", "eu-central-1", "eu-central-1"), "OK");
  auto wrong = h.call<ops::HeadBucket>({.bucket = "frankfurt"});
  ASSERT_EQ(code(wrong), "AuthorizationHeaderMalformed");
  EXPECT_EQ(wrong.error().members().front(),
            (std::pair<std::string, std::string>("Region", "\"eu-central-1\"")));
  EXPECT_EQ(h.call<ops::GetBucketLocation>({.bucket = "frankfurt"})->location_constraint,
            "eu-central-1");
  EXPECT_EQ(h.call<ops::GetBucketLocation>({.bucket = "bucket"})->location_constraint, "");
}

TEST_F(BucketTest, ListsTheAccountsBuckets) {
  ASSERT_EQ(create("a-bucket", "eu-central-1", "eu-central-1"), "OK");
  ASSERT_EQ(create("theirs", "us-east-1", {}, "999999999999"), "OK");
  auto all = h.call<ops::ListBuckets>({});
  ASSERT_EQ(all->buckets->size(), 2);
  EXPECT_EQ((*all->buckets)[0].name, "a-bucket");
  EXPECT_EQ((*all->buckets)[0].bucket_region, "eu-central-1");
  auto page = h.call<ops::ListBuckets>({.max_buckets = 1});
  ASSERT_TRUE(page->continuation_token.has_value());
  auto rest = h.call<ops::ListBuckets>({.continuation_token = page->continuation_token});
  ASSERT_EQ(rest->buckets->size(), 1);
  EXPECT_EQ(rest->buckets->front().name, "bucket");
  EXPECT_EQ(h.call<ops::ListBuckets>({.prefix = "b"})->buckets->size(), 1);
}

TEST_F(BucketTest, ConfigurationsAreKeptAndGivenBack) {
  const std::string b = "bucket";
  auto default_rules = h.call<ops::GetBucketEncryption>({.bucket = b});
  EXPECT_EQ(default_rules->server_side_encryption_configuration->rules.front()
                .apply_server_side_encryption_by_default->sse_algorithm,
            "AES256");
  ops::PutBucketEncryptionRequest encryption{.bucket = b};
  ops::ServerSideEncryptionRule rule{.bucket_key_enabled = true};
  rule.apply_server_side_encryption_by_default = {.sse_algorithm = "aws:kms",
                                                  .kms_master_key_id = "alias/a"};
  encryption.server_side_encryption_configuration.rules = {rule};
  ASSERT_TRUE(h.call<ops::PutBucketEncryption>(encryption).ok());
  auto kept = h.call<ops::GetBucketEncryption>({.bucket = b});
  EXPECT_EQ(kept->server_side_encryption_configuration->rules.front().bucket_key_enabled, true);
  EXPECT_EQ(put("k", "v")->server_side_encryption, "aws:kms") << "objects follow it";
  ASSERT_TRUE(h.call<ops::DeleteBucketEncryption>({.bucket = b}).ok());
  EXPECT_EQ(put("k", "v")->server_side_encryption, "AES256");

  EXPECT_EQ(h.call<ops::GetPublicAccessBlock>({.bucket = b})
                ->public_access_block_configuration->restrict_public_buckets,
            true)
      << "as new buckets have it";
  ops::PutPublicAccessBlockRequest block{.bucket = b};
  block.public_access_block_configuration.block_public_acls = true;
  ASSERT_TRUE(h.call<ops::PutPublicAccessBlock>(block).ok());
  EXPECT_EQ(h.call<ops::GetPublicAccessBlock>({.bucket = b})
                ->public_access_block_configuration->block_public_acls,
            true);
  ASSERT_TRUE(h.call<ops::DeletePublicAccessBlock>({.bucket = b}).ok());
  EXPECT_EQ(code(h.call<ops::GetPublicAccessBlock>({.bucket = b})),
            "NoSuchPublicAccessBlockConfiguration");

  EXPECT_EQ(h.call<ops::GetBucketOwnershipControls>({.bucket = b})
                ->ownership_controls->rules.front()
                .object_ownership,
            "BucketOwnerEnforced");
  ASSERT_TRUE(h.call<ops::DeleteBucketOwnershipControls>({.bucket = b}).ok());
  EXPECT_EQ(code(h.call<ops::GetBucketOwnershipControls>({.bucket = b})),
            "OwnershipControlsNotFoundError");
  ops::PutBucketOwnershipControlsRequest ownership{.bucket = b};
  ownership.ownership_controls.rules = {{"ObjectWriter"}};
  EXPECT_EQ(code(h.call<ops::PutBucketOwnershipControls>(ownership)), "NotImplemented");
  ownership.ownership_controls.rules = {{"BucketOwnerEnforced"}};
  EXPECT_EQ(code(h.call<ops::PutBucketOwnershipControls>(ownership)), "OK");

  EXPECT_FALSE(h.call<ops::GetBucketVersioning>({.bucket = b})->status.has_value());
  ops::PutBucketVersioningRequest versioning{.bucket = b};
  versioning.versioning_configuration.status = "Enabled";
  EXPECT_EQ(code(h.call<ops::PutBucketVersioning>(versioning)), "NotImplemented");
  versioning.versioning_configuration.status = "Suspended";
  EXPECT_EQ(code(h.call<ops::PutBucketVersioning>(versioning)), "OK");
  EXPECT_EQ(h.call<ops::GetBucketVersioning>({.bucket = b})->status, "Suspended");

  EXPECT_EQ(code(h.call<ops::GetBucketCors>({.bucket = b})), "NoSuchCORSConfiguration");
  ops::PutBucketCorsRequest cors{.bucket = b};
  cors.cors_configuration.cors_rules = {{.allowed_methods = {"GET"}, .allowed_origins = {"*"}}};
  ASSERT_TRUE(h.call<ops::PutBucketCors>(cors).ok());
  EXPECT_EQ(h.call<ops::GetBucketCors>({.bucket = b})->cors_rules->front().allowed_methods,
            std::vector<std::string>{"GET"});
  cors.cors_configuration.cors_rules.front().allowed_methods = {"PATCH"};
  EXPECT_EQ(code(h.call<ops::PutBucketCors>(cors)), "InvalidRequest");

  EXPECT_EQ(code(h.call<ops::GetBucketLifecycleConfiguration>({.bucket = b})),
            "NoSuchLifecycleConfiguration");
  ops::PutBucketLifecycleConfigurationRequest lifecycle{.bucket = b};
  ops::LifecycleRule expiry{.status = "Enabled"};
  expiry.expiration.emplace().days = 1;
  lifecycle.lifecycle_configuration.emplace().rules = {expiry};
  EXPECT_EQ(code(h.call<ops::PutBucketLifecycleConfiguration>(lifecycle)), "NotImplemented");

  EXPECT_EQ(h.call<ops::GetBucketAcl>({.bucket = b})->grants->front().permission, "FULL_CONTROL");
}

TEST_F(BucketTest, Policies) {
  EXPECT_EQ(code(h.call<ops::GetBucketPolicy>({.bucket = "bucket"})), "NoSuchBucketPolicy");
  std::string policy =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",)"
      R"("Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"]}]})";
  auto put_policy = [&](const std::string& text) {
    return code(h.call<ops::PutBucketPolicy>({.bucket = "bucket", .policy = text}));
  };
  EXPECT_EQ(put_policy("nonsense"), "MalformedPolicy");
  EXPECT_EQ(put_policy(R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*",)"
                       R"("Resource":"arn:aws:s3:::other/*"}]})"),
            "MalformedPolicy");
  EXPECT_EQ(put_policy(policy), "OK");
  EXPECT_EQ(h.call<ops::GetBucketPolicy>({.bucket = "bucket"})->policy, policy);
  // The authorizer gets it with every question about the bucket.
  must_put("k", "v");
  const svc::Access& asked = h.authorizer.asked.back();
  EXPECT_EQ(asked.action, "s3:PutObject");
  EXPECT_EQ(asked.resource, "arn:aws:s3:::bucket/k");
  EXPECT_EQ(asked.resource_account, svc::testing::kAccount);
  ASSERT_TRUE(asked.resource_policy.has_value());
  EXPECT_EQ(asked.resource_policy->get_string("Version"), "2012-10-17");
}

TEST_F(BucketTest, PublicAccessIsBlockedUnlessAllowed) {
  std::string policy = R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",)"
                       R"("Resource":"arn:aws:s3:::bucket/*"}})";
  ops::PutBucketPolicyRequest in{.bucket = "bucket", .policy = policy};
  EXPECT_EQ(code(h.call<ops::PutBucketPolicy>(in)), "AccessDenied");
  ops::PutPublicAccessBlockRequest block{.bucket = "bucket"};
  block.public_access_block_configuration.restrict_public_buckets = true;
  ASSERT_TRUE(h.call<ops::PutPublicAccessBlock>(block).ok());
  EXPECT_EQ(code(h.call<ops::PutBucketPolicy>(in)), "OK");
  must_put("k", "v");
  EXPECT_TRUE(h.authorizer.asked.back().resource_policy.has_value());
  svc::Call stranger = Harness::root_call();
  stranger.caller = svc::Caller{};
  auto asked_with_policy = [&] {
    (void)h.call_as<ops::GetObject>(stranger, {.bucket = "bucket", .key = "k"}).ok();
    return h.authorizer.asked.back().resource_policy.has_value();
  };
  EXPECT_FALSE(asked_with_policy());
  ASSERT_TRUE(h.call<ops::DeletePublicAccessBlock>({.bucket = "bucket"}).ok());
  EXPECT_TRUE(asked_with_policy());
}

TEST_F(BucketTest, AnEventWaitsForAsLongAsItsFunctionIsBusy) {
  ops::PutBucketNotificationConfigurationRequest in{.bucket = "bucket"};
  ops::LambdaFunctionConfiguration target{
      .lambda_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:f",
      .events = {"s3:ObjectCreated:*"}};
  in.notification_configuration.lambda_function_configurations = {{target}};
  ASSERT_TRUE(h.call<ops::PutBucketNotificationConfiguration>(in).ok());
  h.functions.accept_async = Error("TooManyRequestsException", 429, "Rate Exceeded.");
  must_put("a", "1");
  h.runner.advance_ms(3'600'000);
  EXPECT_LT(h.functions.calls.size(), 100U) << "not asked every second";
  h.functions.accept_async = ok_status();
  h.functions.calls.clear();
  h.runner.advance_ms(600'000);
  EXPECT_EQ(h.functions.calls.size(), 1U);
}

TEST_F(BucketTest, EventsReachFunctions) {
  ops::PutBucketNotificationConfigurationRequest in{.bucket = "bucket"};
  ops::LambdaFunctionConfiguration target{
      .id = "id1",
      .lambda_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:f",
      .events = {"s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"}};
  target.filter.emplace().key.emplace().filter_rules = {{{"prefix", "in/"}, {"suffix", ".txt"}}};
  in.notification_configuration.lambda_function_configurations = {{target}};
  ASSERT_TRUE(h.call<ops::PutBucketNotificationConfiguration>(in).ok());
  EXPECT_EQ(h.call<ops::GetBucketNotificationConfiguration>({.bucket = "bucket"})
                ->lambda_function_configurations->front()
                .id,
            "id1");
  must_put("in/a b.txt", "12345");
  must_put("out/a.txt", "");
  must_put("in/a.bin", "");
  h.runner.run_ready();
  ASSERT_EQ(h.functions.calls.size(), 1);
  const svc::FunctionCall& call = h.functions.calls[0];
  EXPECT_EQ(call.function_arn, target.lambda_function_arn);
  EXPECT_EQ(call.caller.arn, "s3.amazonaws.com");
  EXPECT_EQ(call.caller.source_arn, "arn:aws:s3:::bucket");
  auto event = codec::Json::parse(call.payload);
  ASSERT_TRUE(event.ok());
  const codec::Json& record = event->find("Records")->as_array()->front();
  EXPECT_EQ(record.get_string("eventName"), "ObjectCreated:Put");
  EXPECT_EQ(record.get_string("eventTime"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(record.find("s3")->find("object")->get_string("key"), "in/a+b.txt");
  EXPECT_EQ(record.find("s3")->find("object")->find("size")->number(), 5);
  ASSERT_TRUE(h.call<ops::DeleteObject>({.bucket = "bucket", .key = "in/a b.txt"}).ok());
  h.runner.run_ready();
  ASSERT_EQ(h.functions.calls.size(), 2);
  EXPECT_NE(h.functions.calls[1].payload.find("ObjectRemoved:Delete"), std::string::npos);
  finish_last_run(h.ports);
  h.runner.run_ready();
  EXPECT_EQ(h.functions.calls.size(), 2) << "told once, nothing left to tell";
  in.notification_configuration.queue_configurations.emplace().emplace_back();
  EXPECT_EQ(code(h.call<ops::PutBucketNotificationConfiguration>(in)), "NotImplemented");
}

}  // namespace
}  // namespace millrace::s3
