#include "svc/cloudformation/resources/all.h"

#include "aws/apigatewayv2.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-integration.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateIntegration::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "IntegrationType", .operation = kCreate, .need = Need::kRequired},
    {.name = "IntegrationUri", .operation = kCreate},
    {.name = "IntegrationMethod", .operation = kCreate},
    {.name = "IntegrationSubtype", .operation = kCreate},
    {.name = "PayloadFormatVersion", .operation = kCreate},
    {.name = "TimeoutInMillis", .operation = kCreate},
    {.name = "ConnectionId", .operation = kCreate},
    {.name = "ConnectionType", .operation = kCreate},
    {.name = "CredentialsArn", .operation = kCreate},
    {.name = "Description", .operation = kCreate},
    {.name = "PassthroughBehavior", .operation = kCreate},
    {.name = "RequestParameters", .operation = kCreate},
    {.name = "RequestTemplates", .operation = kCreate},
    {.name = "ContentHandlingStrategy", .operation = kCreate},
    {.name = "TemplateSelectionExpression", .operation = kCreate},
    {.name = "TlsConfig", .operation = kCreate},
};
constexpr std::string_view kAttributes[] = {"IntegrationId"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateIntegration>(step));
  MR_ASSIGN(auto made, step.ctx.call<api::CreateIntegration>(input));
  ResourceState state{.physical_id = made.integration_id.value_or("")};
  state.attributes.set("IntegrationId", state.physical_id);
  return state;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind<api::UpdateIntegration>(step));
  input.integration_id = before.physical_id;
  MR_TRY(step.ctx.call<api::UpdateIntegration>(input));
  return ResourceState{before.physical_id, before.attributes};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<api::DeleteIntegration>(
      {std::string(before.properties.get_string("ApiId")), before.physical_id}));
}

}  // namespace

const ResourceType kApiGatewayV2Integration = {.name = "AWS::ApiGatewayV2::Integration",
                                               .properties = kProperties,
                                               .attributes = kAttributes,
                                               .create = create,
                                               .update = update,
                                               .remove = remove};

}  // namespace millrace::cloudformation
