#include "svc/cloudformation/resources/all.h"

#include "aws/apigatewayv2.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-deployment.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateDeployment::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "StageName", .on_change = OnChange::kReplace, .operation = kCreate},
    {.name = "Description", .on_change = OnChange::kReplace, .operation = kCreate},
};
constexpr std::string_view kAttributes[] = {"DeploymentId"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateDeployment>(step));
  MR_ASSIGN(auto made, step.ctx.call<api::CreateDeployment>(input));
  ResourceState state{.physical_id = made.deployment_id.value_or("")};
  state.attributes.set("DeploymentId", state.physical_id);
  return state;
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<api::DeleteDeployment>(
      {std::string(before.properties.get_string("ApiId")), before.physical_id}));
}

}  // namespace

const ResourceType kApiGatewayV2Deployment = {.name = "AWS::ApiGatewayV2::Deployment",
                                              .properties = kProperties,
                                              .attributes = kAttributes,
                                              .create = create,
                                              .remove = remove};

}  // namespace millrace::cloudformation
