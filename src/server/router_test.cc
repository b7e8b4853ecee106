#include "server/router.h"

#include <gtest/gtest.h>

namespace millrace::server {
namespace {

net::RequestHead head(const std::string& line, const std::string& headers,
                      const std::string& host = "127.0.0.1:4566") {
  auto parsed =
      net::parse_request_head(line + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n");
  EXPECT_TRUE(parsed.ok()) << line;
  return std::move(*parsed);
}

std::string signed_for(const std::string& service, const std::string& region = "eu-west-1") {
  return "Authorization: AWS4-HMAC-SHA256 Credential=test/20260131/" + region + "/" + service +
         "/aws4_request, SignedHeaders=host, Signature=00\r\n";
}

class RouterTest : public ::testing::Test {
 protected:
  // "SERVICE.OPERATION" of an S3 request.
  std::string s3(const std::string& line, const std::string& headers = "",
                 const std::string& host = "127.0.0.1:4566") {
    Route route = router_.route(head(line, signed_for("s3") + headers, host));
    return route.identified.operation_name + (route.bucket.empty() ? "" : " " + route.bucket);
  }
  net::RequestHead form_head_ = head("POST /", "");
  Router router_;
};

TEST(HostName, NamesBucketsApisAndServices) {
  using Kind = HostName::Kind;
  struct Case {
    const char* host;
    Kind kind;
    const char* name;
    const char* region;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"127.0.0.1", Kind::kPlain, "", ""},
           {"localhost", Kind::kPlain, "", ""},
           {"example.org", Kind::kPlain, "", ""},
           {"s3.amazonaws.com", Kind::kService, "s3", ""},
           {"s3.eu-west-1.amazonaws.com", Kind::kService, "s3", "eu-west-1"},
           {"s3-eu-west-1.amazonaws.com", Kind::kService, "s3", "eu-west-1"},
           {"b.s3.amazonaws.com", Kind::kBucket, "b", ""},
           {"my.dotted.b.s3.eu-west-1.amazonaws.com", Kind::kBucket, "my.dotted.b", "eu-west-1"},
           {"b.s3.dualstack.eu-west-1.amazonaws.com", Kind::kBucket, "b", "eu-west-1"},
           {"b.s3.localhost.localstack.cloud", Kind::kBucket, "b", ""},
           {"b.s3.us-west-2.localhost.localstack.cloud", Kind::kBucket, "b", "us-west-2"},
           {"s3.localhost.localstack.cloud", Kind::kService, "s3", ""},
           {"b.s3-website.localhost.localstack.cloud", Kind::kBucket, "b", ""},
           {"b.localhost", Kind::kMaybeBucket, "b", ""},
           {"b.127.0.0.1", Kind::kMaybeBucket, "b", ""},
           {"DynamoDB.US-East-1.amazonaws.com", Kind::kService, "dynamodb", "us-east-1"},
           {"streams.dynamodb.us-east-1.amazonaws.com", Kind::kService, "streams.dynamodb",
            "us-east-1"},
           {"123456789012.ddb.us-east-1.amazonaws.com", Kind::kService, "dynamodb", "us-east-1"},
           {"iam.amazonaws.com", Kind::kService, "iam", ""},
           {"abc.execute-api.eu-west-1.amazonaws.com", Kind::kApi, "abc", "eu-west-1"},
           {"abc.execute-api.localhost.localstack.cloud", Kind::kApi, "abc", ""},
           {"abc.execute-api.localhost", Kind::kApi, "abc", ""},
           {"abc.lambda-url.eu-west-1.on.aws", Kind::kFunctionUrl, "abc", "eu-west-1"},
           {"abc.lambda-url.eu-west-1.localhost.localstack.cloud", Kind::kFunctionUrl, "abc",
            "eu-west-1"},
       }) {
    HostName host = parse_host_name(c.host);
    EXPECT_EQ(host.kind, c.kind) << c.host;
    EXPECT_EQ(host.name, c.name) << c.host;
    EXPECT_EQ(host.region, c.region) << c.host;
  }
}

TEST_F(RouterTest, TargetsNameJsonOperations) {
  Route route = router_.route(
      head("POST /", signed_for("dynamodb") + "X-Amz-Target: DynamoDB_20120810.PutItem\r\n"));
  EXPECT_EQ(route.kind, Route::Kind::kOperation);
  EXPECT_EQ(route.identified.service->id, "dynamodb");
  EXPECT_EQ(route.identified.operation_name, "PutItem");
  EXPECT_EQ(route.identified.protocol, aws::Protocol::kJson);
  EXPECT_EQ(route.region, "eu-west-1");
  ASSERT_NE(route.identified.operation, nullptr);
  EXPECT_NE(route.identified.operation->operation, nullptr);
  route = router_.route(head(
      "POST /", signed_for("dynamodb") + "X-Amz-Target: DynamoDBStreams_20120810.GetRecords\r\n"));
  EXPECT_EQ(route.identified.service->id, "dynamodbstreams");
  // Known to AWS, not to us: has a name and no operation.
  route = router_.route(head(
      "POST /",
      signed_for("dynamodb") + "X-Amz-Target: DynamoDB_20120810.ExportTableToPointInTime\r\n"));
  EXPECT_EQ(route.kind, Route::Kind::kOperation);
  EXPECT_EQ(route.identified.operation_name, "ExportTableToPointInTime");
  EXPECT_EQ(route.identified.operation->operation, nullptr);
  for (const char* target : {"DynamoDB_20120810.NoSuch", "AmazonSQS.SendMessage", "x", "."}) {
    route = router_.route(head("POST /", std::string("X-Amz-Target: ") + target + "\r\n"));
    EXPECT_EQ(route.identified.operation, nullptr) << target;
  }
}

TEST_F(RouterTest, FormsNameQueryOperations) {
  const std::string form = "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n";
  Route route = router_.route(head("POST /", signed_for("cloudformation") + form));
  ASSERT_EQ(route.kind, Route::Kind::kForm);
  router_.identify_form(route, form_head_, "Action=DescribeStacks&Version=2010-05-15");
  EXPECT_EQ(route.identified.operation_name, "DescribeStacks");
  EXPECT_EQ(route.identified.service->id, "cloudformation");
  // Unsigned: Version and Action tell.
  route = router_.route(head("POST /", form));
  ASSERT_EQ(route.kind, Route::Kind::kForm);
  router_.identify_form(route, form_head_, "Version=2011-06-15&Action=GetCallerIdentity");
  EXPECT_EQ(route.identified.service->id, "sts");
  route =
      router_.route(head("GET /?Action=GetCallerIdentity&Version=2011-06-15", signed_for("sts")));
  EXPECT_EQ(route.identified.operation_name, "GetCallerIdentity");
  router_.identify_form(route, form_head_, "Action=NoSuch");
  EXPECT_EQ(route.identified.operation, nullptr);
  EXPECT_EQ(route.identified.operation_name, "NoSuch");
}

TEST_F(RouterTest, ServicesThatShareASigningNameAreToldApart) {
  Route route = router_.route(head("POST /v2/email/outbound-emails", signed_for("ses")));
  EXPECT_EQ(route.identified.service->id, "sesv2");
  EXPECT_EQ(route.identified.operation_name, "SendEmail");
  route = router_.route(
      head("POST /", signed_for("ses") + "Content-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_EQ(route.kind, Route::Kind::kForm);
  router_.identify_form(route, form_head_, "Action=SendEmail&Version=2010-12-01");
  EXPECT_EQ(route.identified.service->id, "ses");
  EXPECT_EQ(router_.route(head("GET /v2/apis", signed_for("apigateway"))).identified.service->id,
            "apigatewayv2");
  EXPECT_EQ(router_.route(head("GET /restapis", signed_for("apigateway"))).identified.service->id,
            "apigateway");
}

TEST_F(RouterTest, RestPathsHaveLabels) {
  Route route = router_.route(head(
      "GET "
      "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af/policy?Qualifier=1",
      signed_for("lambda")));
  EXPECT_EQ(route.identified.operation_name, "GetPolicy");
  ASSERT_EQ(route.identified.labels.size(), 1u);
  EXPECT_EQ(route.identified.labels[0].second, "arn:aws:lambda:us-east-1:1:function:f");
  EXPECT_EQ(router_.route(head("GET /2015-03-31/functions/", signed_for("lambda")))
                .identified.operation_name,
            "ListFunctions");
  EXPECT_EQ(router_.route(head("GET /2015-03-31/functions", "")).identified.operation_name,
            "ListFunctions");
  EXPECT_EQ(
      router_
          .route(
              head("PUT /tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fa%2Fstages%2Fb",
                   signed_for("apigateway")))
          .identified.operation_name,
      "TagResource");
  EXPECT_EQ(router_.route(head("GET /nowhere", signed_for("lambda"))).identified.operation,
            nullptr);
}

TEST_F(RouterTest, S3OperationsFollowPathQueryAndHeaders) {
  EXPECT_EQ(s3("GET /"), "ListBuckets");
  EXPECT_EQ(s3("GET /b"), "ListObjects b");
  EXPECT_EQ(s3("GET /b/"), "ListObjects b");
  EXPECT_EQ(s3("GET /b?list-type=2&prefix=x"), "ListObjectsV2 b");
  EXPECT_EQ(s3("GET /b?location"), "GetBucketLocation b");
  EXPECT_EQ(s3("GET /b?versions"), "ListObjectVersions b");
  EXPECT_EQ(s3("GET /b?lifecycle="), "GetBucketLifecycleConfiguration b");
  EXPECT_EQ(s3("PUT /b"), "CreateBucket b");
  EXPECT_EQ(s3("HEAD /b"), "HeadBucket b");
  EXPECT_EQ(s3("POST /b?delete"), "DeleteObjects b");
  EXPECT_EQ(s3("PUT /b/k?x-id=PutObject"), "PutObject b");
  EXPECT_EQ(s3("PUT /b/k", "x-amz-copy-source: /a/b\r\n"), "CopyObject b");
  EXPECT_EQ(s3("PUT /b/k?partNumber=1&uploadId=u"), "UploadPart b");
  EXPECT_EQ(s3("PUT /b/k?partNumber=1&uploadId=u", "x-amz-copy-source: /a/b\r\n"),
            "UploadPartCopy b");
  EXPECT_EQ(s3("POST /b/k?uploads"), "CreateMultipartUpload b");
  EXPECT_EQ(s3("POST /b/k?uploadId=u"), "CompleteMultipartUpload b");
  EXPECT_EQ(s3("DELETE /b/k?uploadId=u"), "AbortMultipartUpload b");
  EXPECT_EQ(s3("DELETE /b/k"), "DeleteObject b");
  EXPECT_EQ(s3("GET /b/k?uploadId=u"), "ListParts b");
  EXPECT_EQ(s3("GET /b/a/b//c%20d"), "GetObject b");
  EXPECT_EQ(s3("GET /b/k?acl"), "GetObjectAcl b");
  EXPECT_EQ(s3("GET /k", "", "b.s3.amazonaws.com"), "GetObject b");
  EXPECT_EQ(s3("GET /", "", "b.s3.eu-west-1.amazonaws.com"), "ListObjects b");
  EXPECT_EQ(s3("PUT /k", "", "b.localhost:4566"), "PutObject b");
  EXPECT_EQ(s3("PUT /k", "", "b.127.0.0.1:4566"), "PutObject b");
  Route route = router_.route(head("GET /a/b//c%20d", "", "bucket.s3.amazonaws.com"));
  ASSERT_EQ(route.identified.labels.size(), 2u);
  EXPECT_EQ(route.identified.labels[0].second, "bucket");
  EXPECT_EQ(route.identified.labels[1].second, "a/b//c d");
}

TEST_F(RouterTest, PresignedAndUnsignedRequestsAreS3s) {
  Route route = router_.route(head(
      "GET /b/k?X-Amz-Credential=AK%2F20260131%2Fus-west-2%2Fs3%2Faws4_request&X-Amz-Signature=0",
      ""));
  EXPECT_EQ(route.identified.operation_name, "GetObject");
  EXPECT_EQ(route.region, "us-west-2");
  EXPECT_EQ(router_.route(head("GET /", "")).identified.operation_name, "ListBuckets");
}

TEST_F(RouterTest, ApisAreFoundByHostAndByPath) {
  Route route =
      router_.route(head("GET /prod/a%2Fb?x", "", "abc.execute-api.eu-west-1.amazonaws.com"));
  EXPECT_EQ(route.kind, Route::Kind::kApi);
  EXPECT_EQ(route.id, "abc");
  EXPECT_EQ(route.path, "/prod/a%2Fb");
  EXPECT_EQ(route.region, "eu-west-1");
  for (const char* path :
       {"/restapis/abc/prod/_user_request_/a/b", "/_aws/execute-api/abc/prod/a/b"}) {
    route = router_.route(head(std::string("GET ") + path, ""));
    EXPECT_EQ(route.kind, Route::Kind::kApi) << path;
    EXPECT_EQ(route.id, "abc");
    EXPECT_EQ(route.stage, "prod");
    EXPECT_EQ(route.path, "/a/b");
  }
  EXPECT_EQ(router_.route(head("GET /restapis/abc/prod/_user_request_", "")).path, "/");
  EXPECT_EQ(router_.route(head("GET /", "", "abc.lambda-url.eu-west-1.on.aws")).kind,
            Route::Kind::kFunctionUrl);
}

TEST_F(RouterTest, OwnPathsPreflightsAndCbor) {
  EXPECT_EQ(router_.route(head("GET /_millrace/health", "")).kind, Route::Kind::kAdmin);
  // In a bucket it is a key.
  EXPECT_EQ(router_.route(head("GET /_millrace/health", "", "b.s3.amazonaws.com"))
                .identified.operation_name,
            "GetObject");
  const std::string preflight = "Origin: http://x\r\nAccess-Control-Request-Method: POST\r\n";
  EXPECT_EQ(router_.route(head("OPTIONS /b/k", preflight)).bucket, "b");
  EXPECT_EQ(router_.route(head("OPTIONS /", preflight, "dynamodb.us-east-1.amazonaws.com")).kind,
            Route::Kind::kPreflight);
  Route route =
      router_.route(head("POST /service/GraniteServiceVersion20100801/operation/PutMetricData",
                         signed_for("monitoring") + "smithy-protocol: rpc-v2-cbor\r\n"));
  EXPECT_EQ(route.identified.operation_name, "PutMetricData");
  EXPECT_EQ(route.identified.protocol, aws::Protocol::kRpcV2Cbor);
}

TEST_F(RouterTest, AServiceWeLackIsNamed) {
  Route route = router_.route(
      head("POST /", signed_for("sqs") + "Content-Type: application/x-www-form-urlencoded\r\n"));
  router_.identify_form(route, form_head_, "Action=SendMessage&Version=2012-11-05");
  EXPECT_EQ(route.identified.service, nullptr);
  EXPECT_EQ(route.signing_name, "sqs");
}

}  // namespace
}  // namespace millrace::server
