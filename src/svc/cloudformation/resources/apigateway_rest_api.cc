#include "aws/apigateway.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/gateway_tags.h"
#include "svc/cloudformation/resources/patch.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-restapi.html
namespace {

namespace api = aws::apigateway;

constexpr const aws::Operation* kCreate = &api::CreateRestApi::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "Name", .operation = kCreate, .need = Need::kRequired},
    {.name = "Description", .operation = kCreate},
    {.name = "ApiKeySourceType", .operation = kCreate, .member = "apiKeySource"},
    {.name = "BinaryMediaTypes", .operation = kCreate},
    {.name = "EndpointConfiguration", .operation = kCreate},
    {.name = "Policy"},
    {.name = "DisableExecuteApiEndpoint", .operation = kCreate},
    {.name = "Tags", .nested = "Key,Value"},
};
constexpr std::string_view kAttributes[] = {"RootResourceId", "RestApiId"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateRestApi>(step));
  std::string policy = step.text("Policy");
  if (!policy.empty()) input.policy = policy;
  put_tags(step, input);
  MR_ASSIGN(auto made, step.ctx.call<api::CreateRestApi>(input));
  ResourceState state{.physical_id = made.id.value_or("")};
  state.attributes.set("RestApiId", state.physical_id);
  state.attributes.set("RootResourceId", made.root_resource_id.value_or(""));
  return state;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  Patch patch(before.properties, step.properties);
  patch.value("Name", "/name").value("Description", "/description");
  patch.value("ApiKeySourceType", "/apiKeySource").value("Policy", "/policy");
  patch.value("DisableExecuteApiEndpoint", "/disableExecuteApiEndpoint");
  patch.members("BinaryMediaTypes", "/binaryMediaTypes/");
  if (patch.changed("EndpointConfiguration")) {
    patch.members_of("EndpointConfiguration", "Types", "/endpointConfiguration/types/");
  }
  if (!patch.empty()) {
    api::UpdateRestApiRequest input{.rest_api_id = before.physical_id};
    input.patch_operations = patch.operations<api::PatchOperation>();
    MR_TRY(step.ctx.call<api::UpdateRestApi>(input));
  }
  MR_TRY((change_gateway_tags<api::TagResource, api::UntagResource>(
      step, before, "/restapis/" + before.physical_id)));
  return ResourceState{before.physical_id, before.attributes};
}

}  // namespace

const ResourceType kApiGatewayRestApi = {
    .name = "AWS::ApiGateway::RestApi",
    .properties = kProperties,
    .attributes = kAttributes,
    .tagging = Tagging::kStackAndSystem,
    .create = create,
    .update = update,
    .remove = remove_by<api::DeleteRestApi, &api::DeleteRestApi::Input::rest_api_id>};

}  // namespace millrace::cloudformation
