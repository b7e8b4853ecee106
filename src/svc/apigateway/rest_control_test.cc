#include <gmock/gmock.h>

#include "svc/apigateway/control_testing.h"

namespace millrace::apigateway::testing {
namespace {

using ::testing::HasSubstr;

std::vector<v1::PatchOperation> patches(
    std::initializer_list<std::array<std::string, 3>> operations) {
  std::vector<v1::PatchOperation> result;
  for (const auto& [op, path, value] : operations) {
    result.push_back({.op = op, .path = path, .value = value});
  }
  return result;
}

TEST(RestApis, AreMadeWithTheirDefaultsAndRoot) {
  Gateway g;
  auto api = g.must<v1::CreateRestApi>(
      {.name = "notes", .tags = std::map<std::string, std::string>{{"STAGE", "dev"}}});
  EXPECT_EQ(api.id->size(), 10U);
  EXPECT_EQ(*api.api_key_source, "HEADER");
  EXPECT_EQ(*api.endpoint_configuration->types, std::vector<std::string>{"EDGE"});
  EXPECT_FALSE(*api.disable_execute_api_endpoint);
  auto resources = g.must<v1::GetResources>({.rest_api_id = *api.id});
  ASSERT_EQ(resources.items->size(), 1U);
  EXPECT_EQ(*resources.items->front().path, "/");
  EXPECT_EQ(resources.items->front().id, api.root_resource_id);
  EXPECT_FALSE(resources.items->front().parent_id.has_value());
  EXPECT_EQ(*g.must<v1::GetRestApi>({.rest_api_id = *api.id}).name, "notes");
}

TEST(RestApis, MissingOnesAreNamedAsAwsNamesThem) {
  Gateway g;
  EXPECT_EQ(g.error<v1::GetRestApi>({.rest_api_id = "nope"}),
            "NotFoundException: Invalid API identifier specified 123456789012:nope");
  EXPECT_EQ(
      g.error<v1::CreateResource>({.rest_api_id = "nope", .parent_id = "x", .path_part = "a"}),
      "NotFoundException: Invalid API identifier specified 123456789012:nope");
  RestApiBuilder api(g);
  EXPECT_EQ(g.error<v1::GetResource>({.rest_api_id = api.id, .resource_id = "zz"}),
            "NotFoundException: Invalid Resource identifier specified");
  EXPECT_EQ(g.error<v1::GetMethod>(
                {.rest_api_id = api.id, .resource_id = api.root, .http_method = "GET"}),
            "NotFoundException: Invalid Method identifier specified");
  EXPECT_EQ(g.error<v1::GetStage>({.rest_api_id = api.id, .stage_name = "dev"}),
            "NotFoundException: Invalid stage identifier specified");
  EXPECT_EQ(g.error<v1::GetDeployment>({.rest_api_id = api.id, .deployment_id = "d"}),
            "NotFoundException: Invalid Deployment identifier specified");
  EXPECT_EQ(g.error<v1::GetApiKey>({.api_key = "k"}),
            "NotFoundException: Invalid API Key identifier specified");
}

TEST(RestApis, ArePaged) {
  Gateway g;
  for (int i = 0; i < 5; ++i)
    g.must<v1::CreateRestApi>({.name = "a"});
  std::set<std::string> seen;
  std::optional<std::string> position;
  int pages = 0;
  do {
    auto page = g.must<v1::GetRestApis>({.position = position, .limit = 2});
    for (const auto& api : *page.items)
      seen.insert(*api.id);
    position = page.position;
    ++pages;
  } while (position);
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_EQ(pages, 3);
}

TEST(RestApis, RefuseByNameWhatIsNotCarriedOut) {
  Gateway g;
  EXPECT_EQ(g.error<v1::CreateRestApi>({.name = "a", .minimum_compression_size = 5}),
            "BadRequestException: minimumCompressionSize is not supported by Millrace");
  EXPECT_EQ(g.error<v1::CreateRestApi>({.name = "a", .clone_from = "b"}),
            "BadRequestException: cloneFrom is not supported by Millrace");
  EXPECT_EQ(g.error<v1::CreateRestApi>({.name = ""}),
            "BadRequestException: API name cannot be empty");
  EXPECT_THAT(g.error<v1::CreateRestApi>({.name = "a", .policy = "{"}),
              HasSubstr("Invalid policy document"));
}

TEST(RestApis, ArePatched) {
  Gateway g;
  RestApiBuilder api(g);
  auto changed = g.must<v1::UpdateRestApi>(
      {.rest_api_id = api.id,
       .patch_operations =
           patches({{"replace", "/name", "better"},
                    {"add", "/binaryMediaTypes/image~1png", ""},
                    {"replace", "/disableExecuteApiEndpoint", "true"},
                    {"replace", "/endpointConfiguration/types/EDGE", "REGIONAL"}})});
  EXPECT_EQ(*changed.name, "better");
  EXPECT_EQ(*changed.binary_media_types, std::vector<std::string>{"image/png"});
  EXPECT_TRUE(*changed.disable_execute_api_endpoint);
  EXPECT_EQ(changed.endpoint_configuration->types->front(), "REGIONAL");
  EXPECT_THAT(
      g.error<v1::UpdateRestApi>(
          {.rest_api_id = api.id, .patch_operations = patches({{"replace", "/nope", "x"}})}),
      HasSubstr("Invalid patch path  '/nope' specified for op 'replace'. Must be one of: [/name"));
}

TEST(RestApis, GoWithEverythingTheyHave) {
  Gateway g;
  RestApiBuilder api(g);
  api.lambda("GET", "/a/b").deploy("dev");
  g.must<v1::DeleteRestApi>({.rest_api_id = api.id});
  EXPECT_THAT(g.error<v1::GetStages>({.rest_api_id = api.id}), HasSubstr("Invalid API identifier"));
  auto snapshot = g.store->snapshot();
  auto rows = snapshot->scan({});
  EXPECT_FALSE(rows->valid()) << "a row was left behind";
}

TEST(Resources, KeepTheirPlace) {
  Gateway g;
  RestApiBuilder api(g);
  std::string notes = api.resource("/notes");
  api.resource("/notes/{id}");
  auto create = [&](const std::string& parent, const std::string& part) {
    return g.error<v1::CreateResource>(
        {.rest_api_id = api.id, .parent_id = parent, .path_part = part});
  };
  EXPECT_EQ(
      create(api.root, "notes"),
      "ConflictException: Another resource with the same parent already has this name: notes");
  EXPECT_EQ(
      create(notes, "{other}"),
      "BadRequestException: A sibling ({id}) of this resource already has a variable path part "
      "-- only one unique variable path part is allowed");
  EXPECT_THAT(create(api.root, "a/b"), HasSubstr("Resource's path part only allow"));
  EXPECT_THAT(create(api.root, "{}"), HasSubstr("Resource's path part only allow"));
  EXPECT_THAT(create("zzz", "a"), HasSubstr("Invalid Resource identifier specified"));
  std::string greedy = api.resource("/files/{path+}");
  EXPECT_THAT(create(greedy, "x"), HasSubstr("greedy path variable"));
  g.must<v1::UpdateResource>({.rest_api_id = api.id,
                              .resource_id = notes,
                              .patch_operations = patches({{"replace", "/pathPart", "memos"}})});
  EXPECT_EQ(
      *g.must<v1::GetResource>({.rest_api_id = api.id, .resource_id = api.resource("/notes/{id}")})
           .path,
      "/memos/{id}");
  g.must<v1::DeleteResource>({.rest_api_id = api.id, .resource_id = notes});
  auto left = g.must<v1::GetResources>({.rest_api_id = api.id});
  EXPECT_EQ(left.items->size(), 3U);  // root, /files, /files/{path+}
  EXPECT_THAT(g.error<v1::DeleteResource>({.rest_api_id = api.id, .resource_id = api.root}),
              HasSubstr("root resource cannot be deleted"));
}

TEST(Resources, ShowMethodsByNameUnlessEmbedded) {
  Gateway g;
  RestApiBuilder api(g);
  api.lambda("GET", "/notes");
  auto plain =
      g.must<v1::GetResource>({.rest_api_id = api.id, .resource_id = api.resource("/notes")});
  ASSERT_TRUE(plain.resource_methods->contains("GET"));
  EXPECT_FALSE(plain.resource_methods->at("GET").authorization_type.has_value());
  auto full = g.must<v1::GetResource>({.rest_api_id = api.id,
                                       .resource_id = api.resource("/notes"),
                                       .embed = std::vector<std::string>{"methods"}});
  EXPECT_EQ(*full.resource_methods->at("GET").method_integration->type, "AWS_PROXY");
}

TEST(Methods, RefuseByNameWhatIsNotCarriedOut) {
  Gateway g;
  RestApiBuilder api(g);
  auto put = [&](const std::string& method, const std::string& authorization) {
    return g.error<v1::PutMethod>({.rest_api_id = api.id,
                                   .resource_id = api.root,
                                   .http_method = method,
                                   .authorization_type = authorization});
  };
  EXPECT_EQ(put("GET", "CUSTOM"),
            "BadRequestException: authorizationType CUSTOM is not supported by Millrace");
  EXPECT_THAT(put("FETCH", "NONE"), HasSubstr("Invalid HttpMethod specified"));
  EXPECT_THAT(put("GET", "whatever"), HasSubstr("Invalid Authorization Type"));
  EXPECT_EQ(g.error<v1::PutMethod>({.rest_api_id = api.id,
                                    .resource_id = api.root,
                                    .http_method = "GET",
                                    .authorization_type = "NONE",
                                    .api_key_required = true}),
            "BadRequestException: apiKeyRequired is not supported by Millrace");
  api.method("GET", "/");
  EXPECT_EQ(put("GET", "NONE"), "ConflictException: Method already exists for this resource");
}

TEST(Integrations, AreCheckedAsAwsChecksThem) {
  Gateway g;
  RestApiBuilder api(g);
  api.method("GET", "/");
  auto put = [&](v1::PutIntegrationRequest in) {
    in.rest_api_id = api.id;
    in.resource_id = api.root;
    in.http_method = "GET";
    return g.error<v1::PutIntegration>(in);
  };
  EXPECT_EQ(put({.type = "HTTP_PROXY"}),
            "BadRequestException: Integration type HTTP_PROXY is not supported by Millrace");
  EXPECT_EQ(put({.type = "AWS_PROXY", .uri = lambda_uri()}),
            "BadRequestException: Enumeration value for HttpMethod must be non-empty");
  EXPECT_EQ(put({.type = "AWS_PROXY",
                 .integration_http_method = "POST",
                 .uri = "arn:aws:apigateway:us-east-1:s3:path/b/k"}),
            "BadRequestException: Integrations of type 'AWS_PROXY' currently only supports Lambda "
            "function and Firehose stream invocations.");
  EXPECT_THAT(put({.type = "MOCK", .timeout_in_millis = 30'000}),
              HasSubstr("Timeout should be between 50 ms and 29000 ms"));
  EXPECT_THAT(put({.type = "MOCK",
                   .request_templates =
                       std::map<std::string, std::string>{{"application/json", "$util.x()"}}}),
              HasSubstr("Mapping templates: $util is not supported by Millrace"));
  EXPECT_EQ(g.error<v1::GetIntegration>(
                {.rest_api_id = api.id, .resource_id = api.root, .http_method = "GET"}),
            "NotFoundException: No integration defined for method");
  EXPECT_EQ(put({.type = "MOCK"}), "no error");
  auto integration = g.must<v1::GetIntegration>(
      {.rest_api_id = api.id, .resource_id = api.root, .http_method = "GET"});
  EXPECT_EQ(*integration.timeout_in_millis, 29'000);
  EXPECT_EQ(*integration.passthrough_behavior, "WHEN_NO_MATCH");
  EXPECT_EQ(*integration.cache_namespace, api.root);
}

TEST(Deployments, NeedMethodsAndIntegrations) {
  Gateway g;
  RestApiBuilder api(g);
  EXPECT_EQ(g.error<v1::CreateDeployment>({.rest_api_id = api.id}),
            "BadRequestException: The REST API doesn't contain any methods");
  api.method("GET", "/");
  EXPECT_EQ(g.error<v1::CreateDeployment>({.rest_api_id = api.id}),
            "BadRequestException: No integration defined for method");
}

// As Serverless Framework deploys again: a new deployment repoints the stage, then the old one
// goes.
TEST(Deployments, RepointTheirStage) {
  Gateway g;
  RestApiBuilder api(g);
  api.lambda("GET", "/");
  std::string first = api.deploy("dev");
  EXPECT_EQ(
      g.error<v1::DeleteDeployment>({.rest_api_id = api.id, .deployment_id = first}),
      "BadRequestException: Active stages pointing to this deployment must be moved or deleted");
  g.clock.advance_ms(1000);
  std::string second = api.deploy("dev");
  g.must<v1::DeleteDeployment>({.rest_api_id = api.id, .deployment_id = first});
  EXPECT_EQ(*g.must<v1::GetStage>({.rest_api_id = api.id, .stage_name = "dev"}).deployment_id,
            second);
  g.clock.advance_ms(1000);
  std::string third = *g.must<v1::CreateDeployment>({.rest_api_id = api.id}).id;
  auto list = g.must<v1::GetDeployments>({.rest_api_id = api.id, .limit = 500});
  EXPECT_EQ(*list.items->front().id, third) << "newest first";
  auto summary = g.must<v1::GetDeployment>({.rest_api_id = api.id,
                                            .deployment_id = second,
                                            .embed = std::vector<std::string>{"apisummary"}});
  EXPECT_EQ(*summary.api_summary->at("/").at("GET").authorization_type, "NONE");
}

TEST(Stages, ArePatchedByTheirPaths) {
  Gateway g;
  RestApiBuilder api(g);
  api.lambda("GET", "/").deploy("dev");
  auto update = [&](std::initializer_list<std::array<std::string, 3>> operations) {
    return v1::UpdateStageRequest{
        .rest_api_id = api.id, .stage_name = "dev", .patch_operations = patches(operations)};
  };
  constexpr char kLogs[] =
      "arn:aws:logs:us-east-1:123456789012:log-group:/aws/api-gateway/notes-dev";
  auto stage = g.must<v1::UpdateStage>(
      update({{"replace", "/tracingEnabled", "false"},
              {"replace", "/accessLogSettings/destinationArn", kLogs},
              {"replace", "/accessLogSettings/format", "requestId: $context.requestId"},
              {"replace", "/*/*/metrics/enabled", "true"},
              {"replace", "/*/*/logging/dataTrace", "false"},
              {"replace", "/*/*/logging/loglevel", "OFF"},
              {"add", "/variables/table", "notes-dev"}}));
  EXPECT_EQ(*stage.access_log_settings->destination_arn, kLogs);
  EXPECT_TRUE(*stage.method_settings->at("*/*").metrics_enabled);
  EXPECT_EQ(stage.variables->at("table"), "notes-dev");
  EXPECT_THAT(g.error<v1::UpdateStage>(update({{"replace", "/*/*/logging/loglevel", "INFO"}})),
              HasSubstr("(logging/loglevel) is not supported by Millrace"));
  EXPECT_THAT(g.error<v1::UpdateStage>(update({{"replace", "/accessLogSettings/format", "no id"}})),
              HasSubstr("must contain at least one of $context.requestId"));
  EXPECT_THAT(g.error<v1::UpdateStage>(update({{"replace", "/deploymentId", "zzz"}})),
              HasSubstr("Deployment id does not exist"));
  EXPECT_THAT(g.error<v1::UpdateStage>(update({{"replace", "/variables/a", "sp ace"}})),
              HasSubstr("Invalid stage variable value"));
  EXPECT_THAT(g.error<v1::UpdateStage>(update({{"replace", "/webAclArn", "x"}})),
              HasSubstr("Invalid patch path  '/webAclArn'"));
  EXPECT_EQ(
      g.error<v1::CreateStage>({.rest_api_id = api.id, .stage_name = "a b", .deployment_id = "d"}),
      "BadRequestException: Stage name only allows a-zA-Z0-9_-");
  EXPECT_EQ(
      g.error<v1::CreateStage>({.rest_api_id = api.id, .stage_name = "dev", .deployment_id = "d"}),
      "ConflictException: Stage already exists");
}

TEST(Tags, BelongToApisAndStages) {
  Gateway g;
  RestApiBuilder api(g);
  api.lambda("GET", "/").deploy("dev");
  std::string arn = "arn:aws:apigateway:us-east-1::/restapis/" + api.id + "/stages/dev";
  g.must<v1::TagResource>({.resource_arn = arn, .tags = {{"a", "1"}, {"b", "2"}}});
  g.must<v1::UntagResource>({.resource_arn = arn, .tag_keys = {"a"}});
  EXPECT_EQ(*g.must<v1::GetTags>({.resource_arn = arn}).tags,
            (std::map<std::string, std::string>{{"b", "2"}}));
  EXPECT_THAT(g.error<v1::GetTags>({.resource_arn = "arn:aws:apigateway:eu-west-1::/restapis/x"}),
              HasSubstr("Invalid ARN"));
}

TEST(Permissions, AreHttpMethodsOnPaths) {
  Gateway g;
  RestApiBuilder api(g);
  g.authorizer.asked.clear();
  g.must<v1::GetResource>({.rest_api_id = api.id, .resource_id = api.root});
  ASSERT_EQ(g.authorizer.asked.size(), 1U);
  EXPECT_EQ(g.authorizer.asked[0].action, "apigateway:GET");
  EXPECT_EQ(g.authorizer.asked[0].resource,
            "arn:aws:apigateway:us-east-1::/restapis/" + api.id + "/resources/" + api.root);
}

TEST(Accounts, KeepTheirLogRole) {
  Gateway g;
  EXPECT_EQ(*g.must<v1::GetAccount>({}).throttle_settings->burst_limit, 5000);
  g.must<v1::UpdateAccount>({.patch_operations = patches({{"replace", "/cloudwatchRoleArn",
                                                           "arn:aws:iam::123456789012:role/l"}})});
  EXPECT_EQ(*g.must<v1::GetAccount>({}).cloudwatch_role_arn, "arn:aws:iam::123456789012:role/l");
  EXPECT_TRUE(g.must<v1::GetUsagePlans>({}).items->empty());
  EXPECT_TRUE(g.must<v1::GetApiKeys>({}).items->empty());
}

TEST(Operations, AreAllThere) {
  Gateway g;
  for (const std::string& name : g.registry.missing()) {
    EXPECT_FALSE(name.starts_with("apigateway")) << name;
  }
}

}  // namespace
}  // namespace millrace::apigateway::testing
