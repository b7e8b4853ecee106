// HTTP APIs, from request to response. Where a test names no other source, the behaviour is that of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
#include <gmock/gmock.h>

#include "svc/apigateway/control_testing.h"
#include "svc/apigateway/execute_testing.h"

namespace millrace::apigateway::testing {
namespace {

using codec::Json;
using ::testing::HasSubstr;

struct HttpExecute : ::testing::Test {
  Gateway g;
  Caller caller{g};
  std::string api;

  void make(std::optional<v2::Cors> cors = std::nullopt, std::string stage = "$default") {
    api = *g.must<v2::CreateApi>(
                {.cors_configuration = std::move(cors), .name = "web", .protocol_type = "HTTP"})
               .api_id;
    g.must<v2::CreateStage>({.api_id = api, .auto_deploy = true, .stage_name = std::move(stage)});
  }
  void route(const std::string& key, const std::string& version = "2.0") {
    auto integration = g.must<v2::CreateIntegration>({.api_id = api,
                                                      .integration_type = "AWS_PROXY",
                                                      .integration_uri = kFunctionArn,
                                                      .payload_format_version = version});
    g.must<v2::CreateRoute>(
        {.api_id = api, .route_key = key, .target = "integrations/" + *integration.integration_id});
  }
  ApiRequest request(std::string method, std::string path) {
    ApiRequest r = caller.request(std::move(method), std::move(path));
    r.api_id = api;
    return r;
  }
  Json event() { return *Json::parse(g.functions.calls.back().payload); }
};

TEST_F(HttpExecute, FunctionsGetPayload2) {
  make();
  route("POST /notes/{id}");
  ApiRequest r = request("POST", "/notes/a%20b");
  r.query = "x=1&x=2&y=a%20b";
  r.headers = {
      {"Host", "127.0.0.1:4566"}, {"X-Two", "1"},         {"x-two", "2"},
      {"User-Agent", "test/1"},   {"Cookie", "a=1; b=2"}, {"Content-Type", "application/json"}};
  r.body = "{}";
  ApiResponse response = caller.send(r);
  EXPECT_EQ(response.status, 200);
  Json got = event();
  EXPECT_EQ(got.find("requestContext")->get_string("requestId"),
            caller.header(response, "apigw-requestid"));
  got.find("requestContext")->set("requestId", "R");
  got.find("headers")->set("x-amzn-trace-id", "T");
  std::string expected = R"({
    "version": "2.0", "routeKey": "POST /notes/{id}", "rawPath": "/notes/a b",
    "rawQueryString": "x=1&x=2&y=a%20b", "cookies": ["a=1", "b=2"],
    "headers": {"host": "127.0.0.1:4566", "x-two": "1,2", "user-agent": "test/1",
      "content-type": "application/json", "x-amzn-trace-id": "T", "x-forwarded-for": "10.0.0.7",
      "x-forwarded-port": "4566", "x-forwarded-proto": "http", "content-length": "2"},
    "queryStringParameters": {"x": "1,2", "y": "a b"},
    "requestContext": {"accountId": "123456789012", "apiId": "API",
      "domainName": "API.execute-api.us-east-1.amazonaws.com", "domainPrefix": "API",
      "http": {"method": "POST", "path": "/notes/a b", "protocol": "HTTP/1.1",
        "sourceIp": "10.0.0.7", "userAgent": "test/1"},
      "requestId": "R", "routeKey": "POST /notes/{id}", "stage": "$default",
      "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1767225600000},
    "pathParameters": {"id": "a b"}, "body": "{}", "isBase64Encoded": false})";
  for (size_t at; (at = expected.find("API")) != std::string::npos;)
    expected.replace(at, 3, api);
  EXPECT_EQ(got.dump_pretty(), Json::parse(expected)->dump_pretty());
  EXPECT_EQ(g.functions.calls.back().caller.source_arn,
            "arn:aws:execute-api:us-east-1:123456789012:" + api + "/$default/POST/notes/*");
}

TEST_F(HttpExecute, FunctionsGetPayload1) {
  make(std::nullopt, "dev");
  route("GET /notes/{id}", "1.0");
  ApiRequest r = request("GET", "/dev/notes/a%20b");
  r.query = "x=1&x=2";
  EXPECT_EQ(caller.send(r).status, 200);
  Json got = event();
  EXPECT_EQ(got.get_string("version"), "1.0");
  EXPECT_EQ(got.get_string("resource"), "/notes/{id}");
  EXPECT_EQ(got.get_string("path"), "/dev/notes/a b");
  EXPECT_EQ(got.find("pathParameters")->get_string("id"), "a b");
  EXPECT_EQ(got.find("multiValueQueryStringParameters")->find("x")->as_array()->size(), 2U);
  EXPECT_EQ(got.find("requestContext")->get_string("resourceId"), "GET /notes/{id}");
  caller.answer(R"({"body":"no status"})");
  EXPECT_EQ(caller.send(r).status, 500);
  EXPECT_EQ(caller.send(r).body, R"({"message":"Internal Server Error"})");
}

TEST_F(HttpExecute, StagesStandInThePathOrAreTheDefault) {
  make();
  route("GET /x");
  g.must<v2::CreateStage>({.api_id = api, .auto_deploy = true, .stage_name = "dev"});
  EXPECT_EQ(caller.send(request("GET", "/x")).status, 200);
  EXPECT_EQ(event().get_string("rawPath"), "/x");
  EXPECT_EQ(caller.send(request("GET", "/dev/x")).status, 200);
  EXPECT_EQ(event().get_string("rawPath"), "/dev/x");
  EXPECT_EQ(event().find("requestContext")->get_string("stage"), "dev");
  ApiRequest named = request("GET", "/x");
  named.stage = "dev";
  EXPECT_EQ(caller.send(named).status, 200);
}

TEST_F(HttpExecute, WhatIsNotThereIsNotFound) {
  make();
  EXPECT_EQ(caller.send(request("GET", "/")).status, 404) << "a stage without deployment";
  route("GET /x");
  ApiResponse response = caller.send(request("GET", "/x/"));
  EXPECT_EQ(response.status, 404) << "a slash at the end is another path";
  EXPECT_EQ(response.body, R"({"message":"Not Found"})");
  EXPECT_EQ(caller.headers(response, "x-amzn-RequestId").size(), 0U);
  EXPECT_EQ(caller.header(response, "apigw-requestid").size(), 16U);
  EXPECT_EQ(caller.send(request("POST", "/x")).status, 404);
  route("$default");
  EXPECT_EQ(caller.send(request("POST", "/any/thing")).status, 200);
  EXPECT_EQ(event().get_string("routeKey"), "$default");
  EXPECT_EQ(g.functions.calls.back().caller.source_arn,
            "arn:aws:execute-api:us-east-1:123456789012:" + api + "/$default/$default");
}

TEST_F(HttpExecute, AnswersWithStatusAreTakenApart) {
  make();
  route("$default");
  caller.answer(R"({"statusCode":201,"headers":{"X-A":"1","Content-Length":"99"},"body":"aGk=",
    "isBase64Encoded":true,"cookies":["a=1","b=2; Path=/"]})");
  ApiResponse response = caller.send(request("GET", "/"));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hi");
  EXPECT_EQ(caller.headers(response, "Set-Cookie"),
            (std::vector<std::string>{"a=1", "b=2; Path=/"}));
  EXPECT_EQ(caller.header(response, "Content-Type"), "text/plain;charset=UTF-8");
  EXPECT_EQ(caller.headers(response, "Content-Length").size(), 0U);
  caller.answer(R"({"statusCode":"x"})");
  EXPECT_EQ(caller.send(request("GET", "/")).body, R"({"message":"Internal Server Error"})");
  EXPECT_EQ(caller.send(request("GET", "/")).status, 500);
}

// As observed on AWS by the authors of aws-lambda-dotnet's test tool (InvokeResponseExtensions.cs).
TEST_F(HttpExecute, AnswersWithoutStatusAreTheBody) {
  make();
  route("$default");
  for (const char* payload : {R"({"message":"hello"})", "\"text\"", "null", "[1]", "{\"a\":"}) {
    caller.answer(payload);
    ApiResponse response = caller.send(request("GET", "/"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, payload);
    EXPECT_EQ(caller.header(response, "Content-Type"), "application/json");
  }
}

TEST_F(HttpExecute, BodiesOfOtherTypesAreBytes) {
  make();
  route("$default");
  ApiRequest r = request("POST", "/");
  r.body = "a=1";
  for (auto& [type, binary] :
       std::map<std::string, bool>{{"application/json; charset=utf-8", false},
                                   {"text/csv", false},
                                   {"application/problem+json", false},
                                   {"application/x-www-form-urlencoded", true},
                                   {"application/octet-stream", true}}) {
    r.headers = {{"Content-Type", type}};
    caller.send(r);
    EXPECT_EQ(*event().find("isBase64Encoded")->as_bool(), binary) << type;
    EXPECT_EQ(event().get_string("body"), binary ? "YT0x" : "a=1") << type;
  }
}

TEST_F(HttpExecute, FailuresHaveTheirOwnWords) {
  make();
  route("$default");
  g.functions.answer = [](const svc::FunctionCall&) -> Result<svc::FunctionAnswer> {
    return svc::FunctionAnswer{.payload = "{}", .function_error = "Unhandled"};
  };
  EXPECT_EQ(caller.send(request("GET", "/")).status, 500);
  EXPECT_EQ(caller.send(request("GET", "/")).body, R"({"message":"Internal Server Error"})");
  std::function<void(Result<svc::FunctionAnswer>)> late;
  caller.slow(late);
  std::vector<ApiResponse> responses;
  caller.start(request("GET", "/"), responses);
  g.runner.advance_ms(30'000);
  ASSERT_EQ(responses.size(), 1U);
  EXPECT_EQ(responses[0].status, 503);
  EXPECT_EQ(responses[0].body, R"({"message":"Service Unavailable"})");
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
TEST_F(HttpExecute, CorsIsTheGatewaysBusiness) {
  make(v2::Cors{.allow_headers = std::vector<std::string>{"Content-Type", "X-A"},
                .allow_methods = std::vector<std::string>{"GET", "POST"},
                .allow_origins = std::vector<std::string>{"https://a.com", "https://*.b.com"},
                .expose_headers = std::vector<std::string>{"Date"},
                .max_age = 300});
  route("$default");
  ApiRequest preflight = request("OPTIONS", "/x");
  preflight.headers = {{"Origin", "https://c.b.com"}, {"Access-Control-Request-Method", "GET"}};
  ApiResponse response = caller.send(preflight);
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(caller.header(response, "access-control-allow-origin"), "https://c.b.com");
  EXPECT_EQ(caller.header(response, "access-control-allow-methods"), "GET,POST");
  EXPECT_EQ(caller.header(response, "access-control-allow-headers"), "content-type,x-a");
  EXPECT_EQ(caller.header(response, "access-control-max-age"), "300");
  EXPECT_TRUE(g.functions.calls.empty());
  preflight.headers[0].second = "https://evil.com";
  response = caller.send(preflight);
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(caller.headers(response, "access-control-allow-origin").size(), 0U);
  caller.answer(R"({"statusCode":200,"headers":{"Access-Control-Allow-Origin":"*"}})");
  ApiRequest plain = request("GET", "/x");
  plain.headers = {{"Origin", "https://a.com"}};
  response = caller.send(plain);
  EXPECT_EQ(caller.headers(response, "access-control-allow-origin"),
            std::vector<std::string>{"https://a.com"});
  EXPECT_EQ(caller.header(response, "access-control-expose-headers"), "date");
}

TEST_F(HttpExecute, IamWantsASignature) {
  make();
  auto integration = g.must<v2::CreateIntegration>({.api_id = api,
                                                    .integration_type = "AWS_PROXY",
                                                    .integration_uri = kFunctionArn,
                                                    .payload_format_version = "2.0"});
  g.must<v2::CreateRoute>({.api_id = api,
                           .authorization_type = "AWS_IAM",
                           .route_key = "GET /",
                           .target = "integrations/" + *integration.integration_id});
  EXPECT_EQ(caller.send(request("GET", "/")).body, R"({"message":"Forbidden"})");
  ApiRequest root = request("GET", "/");
  root.caller = svc::Caller::root("123456789012");
  EXPECT_EQ(caller.send(root).status, 200);
  EXPECT_EQ(event().find("requestContext")->find("authorizer")->find("iam")->get_string("userArn"),
            "arn:aws:iam::123456789012:root");
}

TEST_F(HttpExecute, RequestsAreMeteredInStepsAndMeasured) {
  make();
  route("$default");
  ApiRequest r = request("POST", "/");
  r.body = std::string(600 * 1024, 'x');
  caller.send(r);
  EXPECT_EQ(g.meter.totals["apigateway.http_requests"], 2);
  bool counted = false;
  for (const auto& sample : g.metrics.samples) {
    counted |=
        sample.name == "Count" &&
        sample.dimensions == svc::MetricSink::Dimensions{{"ApiId", api}, {"Stage", "$default"}};
  }
  EXPECT_TRUE(counted);
}

}  // namespace
}  // namespace millrace::apigateway::testing
