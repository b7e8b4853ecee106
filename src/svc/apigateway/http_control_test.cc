#include <gmock/gmock.h>

#include "svc/apigateway/control_testing.h"

namespace millrace::apigateway::testing {
namespace {

using ::testing::HasSubstr;

std::string make_api(Gateway& g) {
  return *g.must<v2::CreateApi>({.name = "web", .protocol_type = "HTTP"}).api_id;
}
std::string make_integration(Gateway& g, const std::string& api) {
  return *g.must<v2::CreateIntegration>({.api_id = api,
                                         .integration_type = "AWS_PROXY",
                                         .integration_uri = kFunctionArn,
                                         .payload_format_version = "2.0"})
              .integration_id;
}

TEST(HttpApis, AreMadeWithTheirDefaults) {
  Gateway g;
  auto api = g.must<v2::CreateApi>({.name = "web", .protocol_type = "HTTP"});
  EXPECT_EQ(*api.api_endpoint, "https://" + *api.api_id + ".execute-api.us-east-1.amazonaws.com");
  EXPECT_EQ(*api.route_selection_expression, "$request.method $request.path");
  auto integration = g.must<v2::GetIntegration>(
      {.api_id = *api.api_id, .integration_id = make_integration(g, *api.api_id)});
  EXPECT_EQ(*integration.timeout_in_millis, 30'000);
  EXPECT_EQ(*integration.connection_type, "INTERNET");
  EXPECT_EQ(g.must<v2::GetApis>({}).items->size(), 1U);
}

TEST(HttpApis, RefuseByNameWhatIsNotCarriedOut) {
  Gateway g;
  EXPECT_EQ(g.error<v2::CreateApi>({.name = "w", .protocol_type = "WEBSOCKET"}),
            "BadRequestException: ProtocolType WEBSOCKET is not supported by Millrace");
  std::string api = make_api(g);
  EXPECT_EQ(g.error<v2::CreateIntegration>(
                {.api_id = api, .integration_type = "HTTP_PROXY", .integration_uri = "http://x"}),
            "BadRequestException: IntegrationType HTTP_PROXY is not supported by Millrace");
  EXPECT_EQ(
      g.error<v2::CreateRoute>({.api_id = api, .authorization_type = "JWT", .route_key = "GET /"}),
      "BadRequestException: AuthorizationType JWT is not supported by Millrace");
  EXPECT_EQ(g.error<v2::CreateStage>(
                {.api_id = api,
                 .default_route_settings = v2::RouteSettings{.throttling_burst_limit = 1},
                 .stage_name = "dev"}),
            "BadRequestException: ThrottlingBurstLimit is not supported by Millrace");
  EXPECT_EQ(g.error<v2::GetApi>({.api_id = "nope"}),
            "NotFoundException: Invalid API identifier specified 123456789012:nope");
}

TEST(Routes, AreChecked) {
  Gateway g;
  std::string api = make_api(g);
  std::string integration = make_integration(g, api);
  for (const char* key :
       {"GET", "FETCH /", "GET pets", "GET /{a+}/b", "GET /x{a}", "GET /{}", "default"}) {
    EXPECT_THAT(g.error<v2::CreateRoute>({.api_id = api, .route_key = key}),
                HasSubstr("The provided route key is not formatted properly"))
        << key;
  }
  auto route = g.must<v2::CreateRoute>(
      {.api_id = api, .route_key = "GET /a", .target = "integrations/" + integration});
  EXPECT_EQ(*route.authorization_type, "NONE");
  EXPECT_EQ(g.error<v2::CreateRoute>({.api_id = api, .route_key = "GET /a"}),
            "ConflictException: Route with key GET /a already exists for this API");
  EXPECT_THAT(g.error<v2::CreateRoute>(
                  {.api_id = api, .route_key = "GET /b", .target = "integrations/zzz"}),
              HasSubstr("Invalid target"));
  EXPECT_THAT(g.error<v2::DeleteIntegration>({.api_id = api, .integration_id = integration}),
              HasSubstr("ConflictException"));
}

TEST(Stages, WithAutoDeployFollowEveryChange) {
  Gateway g;
  std::string api = make_api(g);
  g.must<v2::CreateStage>({.api_id = api, .auto_deploy = true, .stage_name = "$default"});
  auto stage = [&] { return g.must<v2::GetStage>({.api_id = api, .stage_name = "$default"}); };
  EXPECT_FALSE(stage().deployment_id.has_value());
  std::string integration = make_integration(g, api);
  g.must<v2::CreateRoute>(
      {.api_id = api, .route_key = "GET /", .target = "integrations/" + integration});
  std::string first = *stage().deployment_id;
  g.must<v2::CreateRoute>(
      {.api_id = api, .route_key = "POST /", .target = "integrations/" + integration});
  EXPECT_NE(*stage().deployment_id, first);
  auto deployments = g.must<v2::GetDeployments>({.api_id = api});
  ASSERT_EQ(deployments.items->size(), 1U) << "automatic deployments do not pile up";
  EXPECT_TRUE(*deployments.items->front().auto_deployed);
  EXPECT_THAT(g.error<v2::CreateDeployment>({.api_id = api, .stage_name = "$default"}),
              HasSubstr("Cannot deploy to stages with AutoDeploy enabled"));
}

TEST(HttpApis, AreQuicklyCreated) {
  Gateway g;
  auto api = g.must<v2::CreateApi>({.name = "q", .protocol_type = "HTTP", .target = kFunctionArn});
  auto routes = g.must<v2::GetRoutes>({.api_id = *api.api_id});
  ASSERT_EQ(routes.items->size(), 1U);
  EXPECT_EQ(routes.items->front().route_key, "$default");
  auto stages = g.must<v2::GetStages>({.api_id = *api.api_id});
  EXPECT_TRUE(stages.items->front().deployment_id.has_value());
  g.must<v2::DeleteApi>({.api_id = *api.api_id});
  auto snapshot = g.store->snapshot();
  EXPECT_FALSE(snapshot->scan({})->valid()) << "a row was left behind";
}

TEST(HttpApis, HaveCorsThatCanBeTakenAway) {
  Gateway g;
  v2::Cors cors{.allow_credentials = true, .allow_origins = std::vector<std::string>{"*"}};
  EXPECT_THAT(
      g.error<v2::CreateApi>({.cors_configuration = cors, .name = "w", .protocol_type = "HTTP"}),
      HasSubstr("Allow credentials is not supported"));
  cors.allow_credentials = false;
  auto api =
      g.must<v2::CreateApi>({.cors_configuration = cors, .name = "w", .protocol_type = "HTTP"});
  g.must<v2::DeleteCorsConfiguration>({.api_id = *api.api_id});
  EXPECT_FALSE(g.must<v2::GetApi>({.api_id = *api.api_id}).cors_configuration.has_value());
}

TEST(HttpApis, AreTagged) {
  Gateway g;
  std::string api = make_api(g);
  std::string arn = "arn:aws:apigateway:us-east-1::/apis/" + api;
  g.must<v2::TagResource>(
      {.resource_arn = arn, .tags = std::map<std::string, std::string>{{"k", "v"}}});
  EXPECT_EQ(g.must<v2::GetTags>({.resource_arn = arn}).tags->at("k"), "v");
  EXPECT_EQ(g.must<v2::GetApi>({.api_id = api}).tags->at("k"), "v");
}

}  // namespace
}  // namespace millrace::apigateway::testing
