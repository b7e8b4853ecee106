// REST APIs, from request to response. Where a test names no other source, the behaviour is that of
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
#include <gmock/gmock.h>

#include "base/encoding.h"
#include "svc/apigateway/control_testing.h"
#include "svc/apigateway/execute_testing.h"

namespace millrace::apigateway::testing {
namespace {

using codec::Json;
using ::testing::HasSubstr;

struct RestExecute : ::testing::Test {
  Gateway g;
  Caller caller{g};
  RestApiBuilder api{g};

  ApiRequest request(std::string method, std::string path) {
    ApiRequest r = caller.request(std::move(method), std::move(path));
    r.api_id = api.id;
    r.stage = "dev";
    return r;
  }
};

TEST_F(RestExecute, FunctionsGetTheWholeEvent) {
  api.lambda("POST", "/notes/{id}").deploy("dev");
  g.clock.advance_ms(500);
  ApiRequest r = request("POST", "/notes/a%20b");
  r.query = "x=1&x=2&y=a+b%26";
  r.headers = {{"Host", "127.0.0.1:4566"},
               {"Authorization", "Token t"},
               {"X-Two", "1"},
               {"x-two", "2"},
               {"User-Agent", "test/1"},
               {"Content-Length", "7"},
               {"Connection", "close"},
               {"X-Forwarded-For", "9.9.9.9"}};
  r.body = R"({"a":1})";
  r.received = g.clock.now();
  ApiResponse response = caller.send(r);
  EXPECT_EQ(response.status, 200);
  ASSERT_EQ(g.functions.calls.size(), 1U);
  auto event = Json::parse(g.functions.calls[0].payload);
  ASSERT_TRUE(event.ok());
  Json& context = *event->find("requestContext");
  // What differs from run to run.
  EXPECT_EQ(context.get_string("requestId").size(), 36U);
  EXPECT_EQ(context.get_string("extendedRequestId").size(), 16U);
  EXPECT_EQ(context.get_string("requestId"), caller.header(response, "x-amzn-RequestId"));
  std::string trace(event->find("headers")->get_string("X-Amzn-Trace-Id"));
  EXPECT_THAT(trace, ::testing::MatchesRegex("Root=1-[0-9a-f]{8}-[0-9a-f]{24}"));
  context.set("requestId", "R").set("extendedRequestId", "E");
  event->find("headers")->set("X-Amzn-Trace-Id", "T");
  event->find("multiValueHeaders")->set("X-Amzn-Trace-Id", Json::Array{"T"});
  std::string expected = R"({
    "resource": "/notes/{id}", "path": "/notes/a%20b", "httpMethod": "POST",
    "headers": {"Host": "127.0.0.1:4566", "Authorization": "Token t", "X-Two": "2",
      "User-Agent": "test/1", "X-Forwarded-For": "9.9.9.9, 10.0.0.7", "X-Amzn-Trace-Id": "T",
      "X-Forwarded-Port": "4566", "X-Forwarded-Proto": "http"},
    "multiValueHeaders": {"Host": ["127.0.0.1:4566"], "Authorization": ["Token t"],
      "X-Two": ["1", "2"], "User-Agent": ["test/1"], "X-Forwarded-For": ["9.9.9.9, 10.0.0.7"],
      "X-Amzn-Trace-Id": ["T"], "X-Forwarded-Port": ["4566"], "X-Forwarded-Proto": ["http"]},
    "queryStringParameters": {"x": "2", "y": "a b&"},
    "multiValueQueryStringParameters": {"x": ["1", "2"], "y": ["a b&"]},
    "pathParameters": {"id": "a%20b"}, "stageVariables": null,
    "requestContext": {"resourceId": "RESOURCE", "resourcePath": "/notes/{id}",
      "httpMethod": "POST", "extendedRequestId": "E", "requestTime": "01/Jan/2026:00:00:00 +0000",
      "path": "/dev/notes/a%20b", "accountId": "123456789012", "protocol": "HTTP/1.1",
      "stage": "dev", "domainPrefix": "API", "requestTimeEpoch": 1767225600500, "requestId": "R",
      "identity": {"cognitoIdentityPoolId": null, "accountId": null, "cognitoIdentityId": null,
        "caller": null, "sourceIp": "10.0.0.7", "principalOrgId": null, "accessKey": null,
        "cognitoAuthenticationType": null, "cognitoAuthenticationProvider": null, "userArn": null,
        "userAgent": "test/1", "user": null},
      "domainName": "API.execute-api.us-east-1.amazonaws.com", "deploymentId": "DEPLOYMENT",
      "apiId": "API"},
    "body": "{\"a\":1}", "isBase64Encoded": false})";
  auto put = [&](const std::string& name, const std::string& value) {
    for (size_t at; (at = expected.find(name)) != std::string::npos;) {
      expected.replace(at, name.size(), value);
    }
  };
  put("RESOURCE", api.resource("/notes/{id}"));
  put("DEPLOYMENT", std::string(context.get_string("deploymentId")));
  put("API", api.id);
  EXPECT_EQ(event->dump_pretty(), Json::parse(expected)->dump_pretty());
}

TEST_F(RestExecute, FunctionsAreCalledAsApiGateway) {
  api.lambda("GET", "/notes/{id}").deploy("dev");
  caller.send(request("GET", "/notes/5"));
  const svc::FunctionCall& call = g.functions.calls.at(0);
  EXPECT_EQ(call.function_arn, kFunctionArn);
  EXPECT_EQ(call.scope, (svc::Scope{"123456789012", "us-east-1"}));
  EXPECT_EQ(call.caller.kind, svc::CallerKind::kService);
  EXPECT_EQ(call.caller.arn, "apigateway.amazonaws.com");
  EXPECT_EQ(call.caller.source_account, "123456789012");
  EXPECT_EQ(call.caller.source_arn,
            "arn:aws:execute-api:us-east-1:123456789012:" + api.id + "/dev/GET/notes/*");
}

TEST_F(RestExecute, EmptyPartsAreNull) {
  api.lambda("ANY", "/").deploy("dev");
  caller.send(request("GET", "/"));
  auto event = Json::parse(g.functions.calls.at(0).payload);
  for (const char* name : {"queryStringParameters", "multiValueQueryStringParameters",
                           "pathParameters", "stageVariables", "body"}) {
    ASSERT_NE(event->find(name), nullptr) << name;
    EXPECT_TRUE(event->find(name)->is_null()) << name;
  }
}

// Captured on AWS in floci-io/floci#3547: one answer for a path and for a method that is not there.
TEST_F(RestExecute, WhatIsNotThereLacksAToken) {
  api.lambda("GET", "/notes").deploy("dev");
  for (auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
           {"GET", "/nope"}, {"POST", "/notes"}, {"GET", "/"}}) {
    ApiResponse response = caller.send(request(method, path));
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.body, R"({"message":"Missing Authentication Token"})");
    EXPECT_EQ(caller.header(response, "x-amzn-ErrorType"), "MissingAuthenticationTokenException");
    EXPECT_EQ(caller.header(response, "Content-Type"), "application/json");
  }
  ApiRequest unknown = request("GET", "/notes");
  unknown.stage = "prod";
  EXPECT_EQ(caller.send(unknown).body, R"({"message":"Forbidden"})");
  unknown.api_id = "nosuchapi0";
  EXPECT_EQ(caller.send(unknown).status, 403);
  EXPECT_TRUE(g.functions.calls.empty());
}

TEST_F(RestExecute, TheStageMayStandInThePathAndASlashAtTheEnd) {
  api.lambda("GET", "/notes").deploy("dev");
  ApiRequest r = request("GET", "/dev/notes/");
  r.stage.reset();
  r.host = api.id + ".execute-api.us-east-1.amazonaws.com";
  EXPECT_EQ(caller.send(r).status, 200);
  auto event = Json::parse(g.functions.calls.at(0).payload);
  EXPECT_EQ(event->get_string("path"), "/notes/");
  EXPECT_EQ(event->find("requestContext")->get_string("domainName"), r.host);
  EXPECT_EQ(event->find("headers")->get_string("X-Forwarded-Port"), "80");
}

TEST_F(RestExecute, ADeploymentIsASnapshot) {
  api.lambda("GET", "/old").deploy("dev");
  api.lambda("GET", "/new");
  EXPECT_EQ(caller.send(request("GET", "/new")).status, 403);
  api.deploy("dev");
  EXPECT_EQ(caller.send(request("GET", "/new")).status, 200);
  g.must<v1::DeleteRestApi>({.rest_api_id = api.id});
  EXPECT_EQ(caller.send(request("GET", "/new")).body, R"({"message":"Forbidden"})");
}

TEST_F(RestExecute, AnswersAreSentAsTheFunctionGaveThem) {
  api.lambda("GET", "/").deploy("dev");
  caller.answer(
      R"({"statusCode":201,"headers":{"X-One":"1","X-Flag":true,"X-Number":5,"X-Null":null},
    "multiValueHeaders":{"Set-Cookie":["a=1","b=2"],"X-One":["1"]},"body":"hello"})");
  ApiResponse response = caller.send(request("GET", "/"));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(caller.header(response, "X-Flag"), "true");
  EXPECT_EQ(caller.header(response, "X-Number"), "5");
  EXPECT_EQ(caller.headers(response, "X-Null").size(), 0U);
  EXPECT_EQ(caller.headers(response, "Set-Cookie"), (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_EQ(caller.headers(response, "X-One").size(), 1U) << "a pair in both is sent once";
  EXPECT_EQ(caller.header(response, "Content-Type"), "application/json");
  EXPECT_EQ(caller.header(response, "x-amz-apigw-id").size(), 16U);
  EXPECT_THAT(caller.header(response, "X-Amzn-Trace-Id"), HasSubstr("Root=1-"));
}

// LocalStack's aws-validated tests of the response format, and "Malformed Lambda proxy response".
TEST_F(RestExecute, WhatIsNoAnswerIsABadGateway) {
  api.lambda("GET", "/").deploy("dev");
  for (const char* payload :
       {"null", "\"text\"", "not json", "[]", R"({"statusCode":"any"})", R"({"statusCode":200.5})",
        R"({"statusCode":200,"headers":{"a":{}}})", R"({"statusCode":200,"body":{"a":1}})",
        R"({"statusCode":200,"cookies":["a=1"]})", R"({"statusCode":9})",
        R"({"statusCode":200,"headers":[]})", R"({"statusCode":200,"multiValueHeaders":{"a":"b"}})",
        R"({"errorMessage":"x","errorType":"E"})"}) {
    caller.answer(payload);
    ApiResponse response = caller.send(request("GET", "/"));
    EXPECT_EQ(response.status, 502) << payload;
    EXPECT_EQ(response.body, R"({"message": "Internal server error"})") << payload;
    EXPECT_EQ(caller.header(response, "x-amzn-ErrorType"), "InternalServerErrorException");
  }
  for (const char* payload : {"{}", R"({"statusCode":"204"})", R"({"headers":{"a":"b"}})"}) {
    caller.answer(payload);
    EXPECT_LT(caller.send(request("GET", "/")).status, 300) << payload;
  }
}

TEST_F(RestExecute, FailuresAreTheGatewaysNeverTheFunctionsOwn) {
  api.lambda("GET", "/").deploy("dev");
  g.functions.answer = [](const svc::FunctionCall&) -> Result<svc::FunctionAnswer> {
    return svc::FunctionAnswer{.payload = R"({"errorMessage":"secret"})",
                               .function_error = "Unhandled"};
  };
  EXPECT_EQ(caller.send(request("GET", "/")).body, R"({"message": "Internal server error"})");
  EXPECT_EQ(caller.send(request("GET", "/")).status, 502);
  auto fail = [&](const char* code, int status) {
    g.functions.answer = [code, status](const svc::FunctionCall&) -> Result<svc::FunctionAnswer> {
      return Error(code, status, "no");
    };
    return caller.send(request("GET", "/")).status;
  };
  EXPECT_EQ(fail("AccessDeniedException", 403), 500);
  EXPECT_EQ(fail("ResourceNotFoundException", 404), 500);
  EXPECT_EQ(fail("TooManyRequestsException", 429), 500);
}

TEST_F(RestExecute, HeadersOfTheConnectionAreRemapped) {
  api.lambda("GET", "/").deploy("dev");
  caller.answer(R"({"statusCode":401,"headers":{"WWW-Authenticate":"Basic","Content-Length":"5",
    "Transfer-Encoding":"chunked","Date":"now","Server":"me","X-Plain":"p"}})");
  ApiResponse response = caller.send(request("GET", "/"));
  EXPECT_EQ(caller.header(response, "x-amzn-Remapped-WWW-Authenticate"), "Basic");
  EXPECT_EQ(caller.header(response, "x-amzn-Remapped-Content-Length"), "5");
  EXPECT_EQ(caller.header(response, "x-amzn-Remapped-Date"), "now");
  EXPECT_EQ(caller.header(response, "x-amzn-Remapped-Server"), "me");
  EXPECT_EQ(caller.headers(response, "Transfer-Encoding").size(), 0U);
  EXPECT_EQ(caller.headers(response, "Server").size(), 0U);
  EXPECT_EQ(caller.header(response, "X-Plain"), "p");
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
TEST(RestBinary, TypesDecideInBothDirections) {
  Gateway g;
  Caller caller{g};
  RestApiBuilder api(
      g, {.name = "b", .binary_media_types = std::vector<std::string>{"image/png", "audio/*"}});
  api.lambda("ANY", "/").deploy("dev");
  caller.answer(R"({"statusCode":200,"body":"AAEC","isBase64Encoded":true})");
  ApiRequest r = caller.request("POST", "/");
  r.api_id = api.id;
  r.stage = "dev";
  r.body = std::string("\x00\x01\xff", 3);
  r.headers = {{"Content-Type", "image/png"}, {"Accept", "audio/wav, text/html"}};
  ApiResponse bytes = caller.send(r);
  EXPECT_EQ(bytes.body, std::string("\x00\x01\x02", 3));
  auto event = Json::parse(g.functions.calls.back().payload);
  EXPECT_EQ(event->get_string("body"), base64_encode(r.body));
  EXPECT_TRUE(*event->find("isBase64Encoded")->as_bool());
  r.headers = {{"Content-Type", "text/plain"}, {"Accept", "text/html, image/png"}};
  r.body = "plain";
  EXPECT_EQ(caller.send(r).body, "AAEC") << "the first type of Accept decides";
  event = Json::parse(g.functions.calls.back().payload);
  EXPECT_FALSE(*event->find("isBase64Encoded")->as_bool());
}

TEST_F(RestExecute, LimitsAreAws) {
  api.lambda("POST", "/").deploy("dev");
  ApiRequest large = request("POST", "/");
  large.body_too_long = true;
  EXPECT_EQ(caller.send(large).status, 413);
  EXPECT_EQ(caller.send(large).body, R"({"message":"Request Too Long"})");
  ApiRequest payload = request("POST", "/");
  payload.body = std::string(7 * 1024 * 1024, 'x');
  EXPECT_EQ(caller.send(payload).status, 413);
  ApiRequest headers = request("POST", "/");
  headers.headers.emplace_back("X-Large", std::string(10'240, 'x'));
  EXPECT_EQ(caller.send(headers).status, 431);
  EXPECT_TRUE(g.functions.calls.empty());
}

TEST_F(RestExecute, TheTimeIsUpAfter29Seconds) {
  api.lambda("GET", "/").deploy("dev");
  std::function<void(Result<svc::FunctionAnswer>)> late;
  caller.slow(late);
  std::vector<ApiResponse> responses;
  caller.start(request("GET", "/"), responses);
  g.runner.advance_ms(28'999);
  EXPECT_TRUE(responses.empty());
  g.runner.advance_ms(1);
  ASSERT_EQ(responses.size(), 1U);
  EXPECT_EQ(responses[0].status, 504);
  EXPECT_EQ(responses[0].body, R"({"message": "Endpoint request timed out"})");
  late(svc::FunctionAnswer{.payload = R"({"statusCode":200})"});
  EXPECT_EQ(responses.size(), 1U) << "a late answer changes nothing";
}

TEST_F(RestExecute, IamWantsASignatureThatMay) {
  api.method("GET", "/");
  g.must<v1::PutIntegration>({.rest_api_id = api.id,
                              .resource_id = api.root,
                              .http_method = "GET",
                              .type = "AWS_PROXY",
                              .integration_http_method = "POST",
                              .uri = lambda_uri()});
  g.must<v1::UpdateMethod>(
      {.rest_api_id = api.id,
       .resource_id = api.root,
       .http_method = "GET",
       .patch_operations = std::vector<v1::PatchOperation>{
           {.op = "replace", .path = "/authorizationType", .value = "AWS_IAM"}}});
  api.deploy("dev");
  EXPECT_EQ(caller.send(request("GET", "/")).body, R"({"message":"Missing Authentication Token"})");
  ApiRequest badly = request("GET", "/");
  badly.signature_error = Error("InvalidSignatureException", 403, "The request signature ...");
  EXPECT_EQ(caller.send(badly).body, R"({"message":"The request signature ..."})");
  EXPECT_EQ(caller.header(caller.send(badly), "x-amzn-ErrorType"), "InvalidSignatureException");
  ApiRequest root = request("GET", "/");
  root.caller = svc::Caller::root("123456789012");
  root.caller.access_key_id = "AKIDEXAMPLE";
  EXPECT_EQ(caller.send(root).status, 200);
  EXPECT_EQ(g.authorizer.asked.back().action, "execute-api:Invoke");
  EXPECT_EQ(g.authorizer.asked.back().resource,
            "arn:aws:execute-api:us-east-1:123456789012:" + api.id + "/dev/GET/");
  auto event = Json::parse(g.functions.calls.at(0).payload);
  EXPECT_EQ(event->find("requestContext")->find("identity")->get_string("accessKey"),
            "AKIDEXAMPLE");
  EXPECT_EQ(event->find("requestContext")->find("identity")->get_string("userArn"),
            "arn:aws:iam::123456789012:root");
}

// As osls and Serverless Framework make it for `cors: true`.
TEST_F(RestExecute, MocksAnswerPreflights) {
  api.method("OPTIONS", "/notes");
  std::string resource = api.resource("/notes");
  std::map<std::string, bool> declared;
  std::map<std::string, std::string> mapped;
  for (auto& [name, value] : std::map<std::string, std::string>{
           {"Access-Control-Allow-Origin", "'https://a.com'"},
           {"Access-Control-Allow-Headers", "'Content-Type,Authorization'"},
           {"Access-Control-Allow-Methods", "'OPTIONS,GET'"}}) {
    declared["method.response.header." + name] = true;
    mapped["method.response.header." + name] = value;
  }
  auto response_request = v1::PutIntegrationResponseRequest{
      .rest_api_id = api.id,
      .resource_id = resource,
      .http_method = "OPTIONS",
      .status_code = "200",
      .response_parameters = mapped,
      .response_templates = std::map<std::string, std::string>{
          {"application/json",
           "#set($origin = $input.params(\"Origin\"))\n#if($origin == \"\") #set($origin = "
           "$input.params(\"origin\")) #end\n#if($origin.matches(\"https://a[.]com\") || "
           "$origin.matches(\"https://.+[.]b[.]com\")) #set($context.responseOverride.header."
           "Access-Control-Allow-Origin = $origin) #end"}}};
  g.must<v1::PutIntegration>(
      {.rest_api_id = api.id,
       .resource_id = resource,
       .http_method = "OPTIONS",
       .type = "MOCK",
       .request_templates =
           std::map<std::string, std::string>{{"application/json", "{statusCode:200}"}},
       .content_handling = "CONVERT_TO_TEXT"});
  EXPECT_THAT(g.error<v1::PutIntegrationResponse>(response_request),
              HasSubstr("Invalid Response status code specified"));
  g.must<v1::PutMethodResponse>({.rest_api_id = api.id,
                                 .resource_id = resource,
                                 .http_method = "OPTIONS",
                                 .status_code = "200",
                                 .response_parameters = declared});
  g.must<v1::PutIntegrationResponse>(response_request);
  api.deploy("dev");
  ApiRequest preflight = request("OPTIONS", "/notes");
  preflight.headers = {{"origin", "https://x.b.com"}, {"Access-Control-Request-Method", "GET"}};
  ApiResponse response = caller.send(preflight);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(caller.headers(response, "Access-Control-Allow-Origin"),
            std::vector<std::string>{"https://x.b.com"});
  EXPECT_EQ(caller.header(response, "Access-Control-Allow-Methods"), "OPTIONS,GET");
  preflight.headers = {{"Origin", "https://evil.com"}};
  EXPECT_EQ(caller.header(caller.send(preflight), "Access-Control-Allow-Origin"), "https://a.com");
  EXPECT_TRUE(g.functions.calls.empty());
}

TEST_F(RestExecute, AMockWithoutStatusIsAnInternalError) {
  api.method("GET", "/");
  g.must<v1::PutIntegration>(
      {.rest_api_id = api.id, .resource_id = api.root, .http_method = "GET", .type = "MOCK"});
  api.deploy("dev");
  EXPECT_EQ(caller.send(request("GET", "/")).status, 500);
}

TEST_F(RestExecute, RequestsAreMeasuredMeteredAndLogged) {
  api.lambda("GET", "/notes").deploy("dev");
  g.must<v1::UpdateStage>(
      {.rest_api_id = api.id,
       .stage_name = "dev",
       .patch_operations = std::vector<v1::PatchOperation>{
           {.op = "replace",
            .path = "/accessLogSettings/destinationArn",
            .value = "arn:aws:logs:us-east-1:123456789012:log-group:/gw:*"},
           {.op = "replace",
            .path = "/accessLogSettings/format",
            .value = "$context.requestId $context.httpMethod $context.resourcePath $context.status "
                     "\"$context.identity.userAgent\" $context.error.message"}}});
  ApiRequest r = request("GET", "/notes");
  r.headers = {{"User-Agent", "evil\"\nagent"}};
  ApiResponse response = caller.send(r);
  caller.send(request("GET", "/nope"));
  EXPECT_EQ(g.meter.totals["apigateway.rest_requests"], 2);
  ASSERT_EQ(g.logs.lines.size(), 2U);
  EXPECT_THAT(g.logs.lines[0],
              ::testing::AllOf(::testing::StartsWith("/gw/"),
                               ::testing::EndsWith(caller.header(response, "x-amzn-RequestId") +
                                                   " GET /notes 200 \"evil\\\"\\u000aagent\" -")));
  EXPECT_THAT(g.logs.lines[1], HasSubstr("403 \"-\" Missing Authentication Token"));
  double count = 0;
  double client_errors = 0;
  for (const auto& sample : g.metrics.samples) {
    EXPECT_EQ(sample.metric_namespace, "AWS/ApiGateway");
    bool by_stage =
        sample.dimensions == svc::MetricSink::Dimensions{{"ApiName", "notes"}, {"Stage", "dev"}};
    if (by_stage && sample.name == "Count") count += sample.value;
    if (by_stage && sample.name == "4XXError") client_errors += sample.value;
  }
  EXPECT_EQ(count, 2);
  EXPECT_EQ(client_errors, 1);
}

TEST_F(RestExecute, StageVariablesReachTheFunctionAndItsName) {
  api.lambda("GET", "/", std::string(kFunctionArn) + ":${stageVariables.alias}").deploy("dev");
  g.must<v1::UpdateStage>({.rest_api_id = api.id,
                           .stage_name = "dev",
                           .patch_operations = std::vector<v1::PatchOperation>{
                               {.op = "add", .path = "/variables/alias", .value = "live"}}});
  caller.send(request("GET", "/"));
  EXPECT_EQ(g.functions.calls.at(0).function_arn, std::string(kFunctionArn) + ":live");
  EXPECT_EQ(Json::parse(g.functions.calls[0].payload)->find("stageVariables")->get_string("alias"),
            "live");
}

}  // namespace
}  // namespace millrace::apigateway::testing
