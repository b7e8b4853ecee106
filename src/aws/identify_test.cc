#include "aws/identify.h"

#include <gtest/gtest.h>

namespace millrace::aws {
namespace {

Identified identify(std::string_view method, std::string_view target, std::string_view signing_name,
                    std::vector<HeaderView> headers = {}, std::string_view form = {}) {
  static const Identifier identifier(all_services());
  const size_t question = target.find('?');
  const RequestView request{
      method, target.substr(0, question),
      question == target.npos ? std::string_view() : target.substr(question + 1), headers};
  return identifier.identify(request, signing_name, form);
}

TEST(Identify, ByTarget) {
  auto found = identify("POST", "/", "dynamodb", {{"X-Amz-Target", "DynamoDB_20120810.PutItem"}});
  EXPECT_EQ(found.service->id, "dynamodb");
  EXPECT_EQ(found.operation->name, "PutItem");
  found =
      identify("POST", "/", "dynamodb", {{"x-amz-target", "DynamoDBStreams_20120810.GetRecords"}});
  EXPECT_EQ(found.service->id, "dynamodbstreams");
  found = identify("POST", "/", "dynamodb", {{"x-amz-target", "DynamoDB_20120810.Nope"}});
  EXPECT_EQ(found.operation, nullptr);
  EXPECT_EQ(Identifier::refusal(found).code(), "UnknownOperationException");
  found = identify("POST", "/", "dynamodb", {{"x-amz-target", "DynamoDB_20120810.CreateBackup"}});
  EXPECT_NE(Identifier::refusal(found).message().find("dynamodb:CreateBackup"), std::string::npos);
  EXPECT_EQ(identify("POST", "/", "kms", {{"x-amz-target", "TrentService.X"}}).service, nullptr);
}

TEST(Identify, ByActionAndByCborPath) {
  auto found = identify("POST", "/", "sts", {}, "Action=GetCallerIdentity&Version=2011-06-15");
  EXPECT_EQ(found.service->id, "sts");
  EXPECT_EQ(found.protocol, Protocol::kQuery);
  found = identify("GET", "/?Action=ListUsers&Version=2010-05-08", "iam");
  EXPECT_EQ(found.operation->name, "ListUsers");
  found = identify("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData",
                   "monitoring", {{"smithy-protocol", "rpc-v2-cbor"}});
  EXPECT_EQ(found.protocol, Protocol::kRpcV2Cbor);
  EXPECT_EQ(found.operation->name, "PutMetricData");
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html
TEST(Identify, QueryServicesSayWhatTheyMiss) {
  const auto refusal = [](std::string_view form) {
    auto found = identify("POST", "/", "cloudformation", {}, form);
    CHECK(found.service != nullptr && found.operation == nullptr);
    return Identifier::refusal(found);
  };
  EXPECT_EQ(refusal("&&==").code(), "MissingAction");
  EXPECT_EQ(refusal("").code(), "MissingAction");
  Error error = refusal("Action=CreateStack&Version=1999-01-01");
  EXPECT_EQ(error.code(), "InvalidAction");
  EXPECT_EQ(error.message(), "Could not find operation CreateStack for version 1999-01-01");
}

TEST(Identify, S3BySubResource) {
  const auto name = [](std::string_view method, std::string_view target,
                       std::vector<HeaderView> headers = {}) {
    return identify(method, target, "s3", std::move(headers)).operation_name;
  };
  EXPECT_EQ(name("GET", "/"), "ListBuckets");
  EXPECT_EQ(name("GET", "/b"), "ListObjects");
  EXPECT_EQ(name("GET", "/b/"), "ListObjects");
  EXPECT_EQ(name("GET", "/b?list-type=2&prefix=x"), "ListObjectsV2");
  EXPECT_EQ(name("GET", "/b?location="), "GetBucketLocation");
  EXPECT_EQ(name("GET", "/b?notification"), "GetBucketNotificationConfiguration");
  EXPECT_EQ(name("GET", "/b/k?x-id=GetObject"), "GetObject");
  EXPECT_EQ(name("GET", "/b/k?uploadId=u"), "ListParts");
  EXPECT_EQ(name("PUT", "/b/k?partNumber=1&uploadId=u"), "UploadPart");
  EXPECT_EQ(name("PUT", "/b/k?partNumber=1&uploadId=u", {{"X-Amz-Copy-Source", "/a/b"}}),
            "UploadPartCopy");
  EXPECT_EQ(name("PUT", "/b/k", {{"x-amz-copy-source", "/a/b"}}), "CopyObject");
  EXPECT_EQ(name("PUT", "/b/k"), "PutObject");
  EXPECT_EQ(name("POST", "/b/k?uploads"), "CreateMultipartUpload");
  EXPECT_EQ(name("POST", "/b/k?uploadId=u"), "CompleteMultipartUpload");
  EXPECT_EQ(name("DELETE", "/b/k?uploadId=u"), "AbortMultipartUpload");
  EXPECT_EQ(name("DELETE", "/b/k"), "DeleteObject");
  EXPECT_EQ(name("POST", "/b?delete"), "DeleteObjects");
  EXPECT_EQ(name("HEAD", "/b/k"), "HeadObject");
  // Known to AWS and not to us: refused by name instead of being taken for ListObjects.
  auto lacking = identify("GET", "/b?website", "s3");
  EXPECT_EQ(lacking.operation_name, "GetBucketWebsite");
  EXPECT_EQ(Identifier::refusal(lacking).http_status(), 405);
}

TEST(Identify, S3KeysKeepSlashesAndEscapes) {
  auto found = identify("GET", "/b/a//b%2Fc/%20/", "s3");
  ASSERT_EQ(found.labels.size(), 2u);
  EXPECT_EQ(found.labels[1].second, "a//b/c/ /");
}

TEST(Identify, RestServicesThatShareASigningName) {
  EXPECT_EQ(identify("GET", "/restapis", "apigateway").operation_name, "GetRestApis");
  EXPECT_EQ(identify("GET", "/v2/apis", "apigateway").operation_name, "GetApis");
  auto method = identify("PUT", "/restapis/a/resources/r/methods/GET", "apigateway");
  EXPECT_EQ(method.operation_name, "PutMethod");
  EXPECT_EQ(method.labels.back().second, "GET");
  EXPECT_EQ(identify("GET", "/2015-03-31/functions/", "lambda").operation_name, "ListFunctions");
  EXPECT_EQ(identify("GET", "/2015-03-31/functions", "lambda").operation_name, "ListFunctions");
  EXPECT_EQ(identify("POST", "/v2/email/outbound-emails", "ses").operation_name, "SendEmail");
  EXPECT_EQ(identify("POST", "/nope", "lambda").operation, nullptr);
}

}  // namespace
}  // namespace millrace::aws
