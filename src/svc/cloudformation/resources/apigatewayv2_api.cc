#include "svc/cloudformation/resources/all.h"

#include "aws/apigatewayv2.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-api.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateApi::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "Name", .operation = kCreate, .need = Need::kRequired},
    {.name = "ProtocolType",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "CorsConfiguration", .operation = kCreate},
    {.name = "CredentialsArn", .operation = kCreate},
    {.name = "Description", .operation = kCreate},
    {.name = "DisableExecuteApiEndpoint", .operation = kCreate},
    {.name = "DisableSchemaValidation", .operation = kCreate},
    {.name = "RouteKey", .operation = kCreate},
    {.name = "RouteSelectionExpression", .operation = kCreate},
    {.name = "ApiKeySelectionExpression", .operation = kCreate},
    {.name = "Target", .operation = kCreate},
    {.name = "Version", .operation = kCreate},
    {.name = "Tags"},
};
constexpr std::string_view kAttributes[] = {"ApiEndpoint", "ApiId"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateApi>(step));
  Tags tags = all_tags(step);
  input.tags.reset();
  if (!tags.empty()) input.tags.emplace(tags.begin(), tags.end());
  MR_ASSIGN(auto made, step.ctx.call<api::CreateApi>(input));
  ResourceState state{.physical_id = made.api_id.value_or("")};
  state.attributes.set("ApiId", state.physical_id);
  state.attributes.set("ApiEndpoint", "https://" + state.physical_id + ".execute-api." +
                                          step.ctx.region() + ".amazonaws.com");
  return state;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind<api::UpdateApi>(step));
  input.api_id = before.physical_id;
  MR_TRY(step.ctx.call<api::UpdateApi>(input));
  bool cors_gone = before.properties.find("CorsConfiguration") != nullptr &&
                   step.properties.find("CorsConfiguration") == nullptr;
  if (cors_gone) MR_TRY(step.ctx.call<api::DeleteCorsConfiguration>({before.physical_id}));
  return ResourceState{before.physical_id, before.attributes};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<api::DeleteApi>({before.physical_id}));
}

}  // namespace

const ResourceType kApiGatewayV2Api = {.name = "AWS::ApiGatewayV2::Api",
                                       .properties = kProperties,
                                       .attributes = kAttributes,
                                       .create = create,
                                       .update = update,
                                       .remove = remove};

}  // namespace millrace::cloudformation
