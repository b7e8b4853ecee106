#include "aws/apigatewayv2.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"
#include "svc/cloudformation/resources/gateway_tags.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-api.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateApi::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "Name", .operation = kCreate, .need = Need::kRequired},
    {.name = "ProtocolType", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "CorsConfiguration", .operation = kCreate, .unset = "{}"},
    {.name = "Description", .operation = kCreate, .unset = R"("")"},
    {.name = "DisableExecuteApiEndpoint", .operation = kCreate, .unset = "false"},
    {.name = "DisableSchemaValidation", .operation = kCreate},
    {.name = "RouteKey", .operation = kCreate},
    {.name = "RouteSelectionExpression", .operation = kCreate},
    {.name = "ApiKeySelectionExpression", .operation = kCreate},
    {.name = "Target", .operation = kCreate},
    {.name = "Version", .operation = kCreate, .unset = R"("")"},
    {.name = "Tags"},
};
constexpr std::string_view kAttributes[] = {"ApiId", "ApiEndpoint"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto state,
            (create_by<api::CreateApi, &api::CreateApi::Output::api_id, kAttributes>(step)));
  state.attributes.set("ApiEndpoint", "https://" + state.physical_id + ".execute-api." +
                                          step.ctx.region() + ".amazonaws.com");
  return state;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind_update<api::UpdateApi>(step, before));
  input.api_id = before.physical_id;
  bool has_cors = step.properties.find("CorsConfiguration") != nullptr;
  if (!has_cors) input.cors_configuration.reset();
  MR_TRY(step.ctx.call<api::UpdateApi>(input));
  if (!has_cors && before.properties.find("CorsConfiguration") != nullptr) {
    MR_TRY(step.ctx.call<api::DeleteCorsConfiguration>({before.physical_id}));
  }
  MR_TRY((change_gateway_tags<api::TagResource, api::UntagResource>(
      step, before, "/apis/" + before.physical_id)));
  return ResourceState{before.physical_id, before.attributes};
}

}  // namespace

const ResourceType kApiGatewayV2Api = {
    .name = "AWS::ApiGatewayV2::Api",
    .properties = kProperties,
    .attributes = kAttributes,
    .tagging = Tagging::kStackAndSystem,
    .create = create,
    .update = update,
    .remove = remove_by<api::DeleteApi, &api::DeleteApi::Input::api_id>};

}  // namespace millrace::cloudformation
