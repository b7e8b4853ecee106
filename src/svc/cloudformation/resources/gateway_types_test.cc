// AWS::ApiGatewayV2::* and AWS::ApiGateway::*, as Serverless Framework and osls write them.
#include "aws/apigateway.h"
#include "aws/apigatewayv2.h"
#include "svc/cloudformation/stack_testing.h"

namespace millrace::cloudformation {
namespace {

namespace v1 = aws::apigateway;
namespace v2 = aws::apigatewayv2;
using ::testing::HasSubstr;

constexpr char kHttpApi[] = R"({"Resources":{
  "HttpApi":{"Type":"AWS::ApiGatewayV2::Api","Properties":{"Name":"dev-notes","ProtocolType":"HTTP",
    "CorsConfiguration":{"AllowOrigins":["*"],"AllowMethods":["GET"],"MaxAge":60}}},
  "HttpApiStage":{"Type":"AWS::ApiGatewayV2::Stage","Properties":{"ApiId":{"Ref":"HttpApi"},
    "StageName":"$default","AutoDeploy":true,"DefaultRouteSettings":{"DetailedMetricsEnabled":false},
    "StageVariables":{"a":"1"},"Tags":{"kind":"api"}}},
  "Integration":{"Type":"AWS::ApiGatewayV2::Integration","Properties":{"ApiId":{"Ref":"HttpApi"},
    "IntegrationType":"AWS_PROXY","PayloadFormatVersion":"2.0","TimeoutInMillis":5000,
    "IntegrationUri":"arn:aws:lambda:us-east-1:123456789012:function:hello"}},
  "Route":{"Type":"AWS::ApiGatewayV2::Route","DependsOn":["Integration"],"Properties":{
    "ApiId":{"Ref":"HttpApi"},"RouteKey":"GET /notes/{id}","OperationName":"get",
    "Target":{"Fn::Join":["/",["integrations",{"Ref":"Integration"}]]}}}},
  "Outputs":{"HttpApiId":{"Value":{"Ref":"HttpApi"}},
    "HttpApiUrl":{"Value":{"Fn::Join":["",["https://",{"Ref":"HttpApi"},".execute-api.",
      {"Ref":"AWS::Region"},".",{"Ref":"AWS::URLSuffix"}]]}}}})";

class GatewayTypesTest : public StackTest {
 protected:
  static std::string replaced(std::string text, std::string_view from, std::string_view to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
  }
};

TEST_F(GatewayTypesTest, HttpApiIsMadeAndReachable) {
  create(kHttpApi);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  std::string id = output("HttpApiId");
  EXPECT_EQ(output("HttpApiUrl"), "http://127.0.0.1:4566/_aws/execute-api/" + id + "/$default");
  auto routes = must<v2::GetRoutes>({.api_id = id});
  ASSERT_EQ(routes.items->size(), 1u);
  EXPECT_EQ(routes.items->at(0).target, "integrations/" + physical_id("Integration"));
  EXPECT_EQ(must<v2::GetApi>({.api_id = id}).cors_configuration->max_age, 60);
  auto stage = must<v2::GetStage>({.api_id = id, .stage_name = "$default"});
  EXPECT_EQ(stage.tags->at("kind"), "api");
  EXPECT_EQ(stage.tags->at("aws:cloudformation:stack-name"), "app");
  remove();
  EXPECT_TRUE(must<v2::GetApis>({}).items->empty());
}

TEST_F(GatewayTypesTest, HttpApiChangesInPlace) {
  create(kHttpApi);
  std::string id = output("HttpApiId");
  std::string route = physical_id("Route");
  std::string text = replaced(kHttpApi, R"(,
    "CorsConfiguration":{"AllowOrigins":["*"],"AllowMethods":["GET"],"MaxAge":60})",
                              "");
  text = replaced(text, "\"TimeoutInMillis\":5000,", "");
  text = replaced(text, "GET /notes/{id}", "GET /other");
  text = replaced(text, "\"OperationName\":\"get\",", "");
  text = replaced(text, "\"StageVariables\":{\"a\":\"1\"},\"Tags\":{\"kind\":\"api\"}",
                  "\"StageVariables\":{\"b\":\"2\"}");
  update(text);
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_EQ(output("HttpApiId"), id);
  EXPECT_EQ(physical_id("Route"), route);
  EXPECT_FALSE(must<v2::GetApi>({.api_id = id}).cors_configuration.has_value());
  auto integration =
      must<v2::GetIntegration>({.api_id = id, .integration_id = physical_id("Integration")});
  EXPECT_EQ(integration.timeout_in_millis, 30'000);
  auto got = must<v2::GetRoute>({.api_id = id, .route_id = route});
  EXPECT_EQ(got.route_key, "GET /other");
  EXPECT_EQ(got.operation_name.value_or(""), "");
  auto stage = must<v2::GetStage>({.api_id = id, .stage_name = "$default"});
  EXPECT_EQ(stage.stage_variables->at("b"), "2");
  EXPECT_FALSE(stage.tags->contains("kind"));
}

// A property that cannot be taken back is refused by name, and the update goes back.
TEST_F(GatewayTypesTest, WhatCannotBeTakenAwayIsRefused) {
  create(kHttpApi);
  update(replaced(kHttpApi, R"(,
    "Target":{"Fn::Join":["/",["integrations",{"Ref":"Integration"}]]})",
                  ""));
  EXPECT_EQ(status(), "UPDATE_ROLLBACK_COMPLETE");
  EXPECT_THAT(events(), HasSubstr("Route:UPDATE_FAILED #/Target: Millrace cannot take this "
                                  "property away from what is there"));
}

// Another protocol is another API, and everything in it is another one too.
TEST_F(GatewayTypesTest, AStageOfOneNameIsReplacedWithItsApi) {
  create(kHttpApi);
  std::string id = output("HttpApiId");
  std::string text = kHttpApi;
  for (size_t at = 0; (at = text.find("HttpApi\"", at)) != std::string::npos; at += 8)
    text.replace(at, 8, "NewApi\" ");
  update(text);
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_NE(output("HttpApiId"), id);
  EXPECT_EQ(must<v2::GetApis>({}).items->size(), 1u);
  EXPECT_EQ(physical_id("HttpApiStage"), "$default");
  EXPECT_TRUE(h.call<v2::GetStage>({.api_id = output("HttpApiId"), .stage_name = "$default"}).ok());
  remove();
  EXPECT_TRUE(must<v2::GetApis>({}).items->empty());
}

constexpr char kRestApi[] = R"({"Resources":{
  "Api":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Name":"dev-notes",
    "EndpointConfiguration":{"Types":["EDGE"]},"Policy":""}},
  "Notes":{"Type":"AWS::ApiGateway::Resource","Properties":{"RestApiId":{"Ref":"Api"},
    "ParentId":{"Fn::GetAtt":["Api","RootResourceId"]},"PathPart":"notes"}},
  "Get":{"Type":"AWS::ApiGateway::Method","Properties":{"HttpMethod":"GET","RequestParameters":{},
    "ResourceId":{"Ref":"Notes"},"RestApiId":{"Ref":"Api"},"ApiKeyRequired":false,
    "AuthorizationType":"NONE","Integration":{"IntegrationHttpMethod":"POST","Type":"AWS_PROXY",
      "Uri":{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":apigateway:",{"Ref":"AWS::Region"},
        ":lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:hello",
        "/invocations"]]}},"MethodResponses":[]}},
  "Options":{"Type":"AWS::ApiGateway::Method","Properties":{"AuthorizationType":"NONE",
    "HttpMethod":"OPTIONS","MethodResponses":[{"StatusCode":"200","ResponseParameters":{
      "method.response.header.Access-Control-Allow-Origin":true},"ResponseModels":{}}],
    "RequestParameters":{},"Integration":{"Type":"MOCK","RequestTemplates":{
      "application/json":"{statusCode:200}"},"ContentHandling":"CONVERT_TO_TEXT",
      "IntegrationResponses":[{"StatusCode":"200","ResponseParameters":{
      "method.response.header.Access-Control-Allow-Origin":"'*'"},
      "ResponseTemplates":{"application/json":""}}]},
    "ResourceId":{"Ref":"Notes"},"RestApiId":{"Ref":"Api"}}},
  "Deployment1":{"Type":"AWS::ApiGateway::Deployment","DependsOn":["Get","Options"],"Properties":{
    "RestApiId":{"Ref":"Api"},"StageName":"dev","Description":"first"}}},
  "Outputs":{"Url":{"Value":{"Fn::Join":["",["https://",{"Ref":"Api"},".execute-api.",
    {"Ref":"AWS::Region"},".",{"Ref":"AWS::URLSuffix"},"/dev"]]}}}})";

TEST_F(GatewayTypesTest, RestApiIsMadeAndItsDeploymentFollows) {
  create(kRestApi);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  std::string id = physical_id("Api");
  EXPECT_EQ(output("Url"), "http://127.0.0.1:4566/_aws/execute-api/" + id + "/dev");
  std::string first = physical_id("Deployment1");
  // The description changes in place; the tools make a new deployment by a new logical id, which
  // takes the stage over before the old one goes.
  update(replaced(kRestApi, "\"first\"", "\"second\""));
  EXPECT_EQ(physical_id("Deployment1"), first);
  update(replaced(kRestApi, "\"Deployment1\"", "\"Deployment2\""));
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  auto stage = must<v1::GetStage>({.rest_api_id = id, .stage_name = "dev"});
  EXPECT_EQ(stage.deployment_id, physical_id("Deployment2"));
  EXPECT_EQ(must<v1::GetDeployments>({.rest_api_id = id}).items->size(), 1u);
  remove();
  EXPECT_TRUE(must<v1::GetRestApis>({}).items->empty());
}

constexpr char kRestStage[] = R"({"Resources":{
  "Api":{"Type":"AWS::ApiGateway::RestApi","Properties":{"Name":"x"}},
  "Get":{"Type":"AWS::ApiGateway::Method","Properties":{"HttpMethod":"GET","RestApiId":{"Ref":"Api"},
    "ResourceId":{"Fn::GetAtt":["Api","RootResourceId"]},"AuthorizationType":"NONE",
    "Integration":{"Type":"MOCK"}}},
  "Deployment":{"Type":"AWS::ApiGateway::Deployment","DependsOn":"Get","Properties":{
    "RestApiId":{"Ref":"Api"}}},
  "Stage":{"Type":"AWS::ApiGateway::Stage","Properties":{"RestApiId":{"Ref":"Api"},
    "DeploymentId":{"Ref":"Deployment"},"StageName":"prod","Variables":{"a":"1"},
    "MethodSettings":[{"ResourcePath":"/*","HttpMethod":"*","MetricsEnabled":true}],
    "Tags":[{"Key":"k","Value":"v"}]}}}})";

TEST_F(GatewayTypesTest, RestStageFollowsItsTemplate) {
  create(kRestStage);
  ASSERT_EQ(status(), "CREATE_COMPLETE") << events();
  auto stage = [&] {
    return must<v1::GetStage>({.rest_api_id = physical_id("Api"), .stage_name = "prod"});
  };
  EXPECT_EQ(stage().method_settings->at("*/*").metrics_enabled, true);
  EXPECT_EQ(stage().tags->at("k"), "v");
  std::string text = replaced(kRestStage, R"(,"Variables":{"a":"1"},
    "MethodSettings":[{"ResourcePath":"/*","HttpMethod":"*","MetricsEnabled":true}],
    "Tags":[{"Key":"k","Value":"v"}])",
                              R"(,"Variables":{"b":"2"})");
  update(text);
  ASSERT_EQ(status(), "UPDATE_COMPLETE") << events();
  EXPECT_TRUE(stage().method_settings->empty());
  EXPECT_EQ(stage().variables->size(), 1u);
  EXPECT_FALSE(stage().tags->contains("k"));
  EXPECT_EQ(stage().tags->at("aws:cloudformation:logical-id"), "Stage");
}

}  // namespace
}  // namespace millrace::cloudformation
