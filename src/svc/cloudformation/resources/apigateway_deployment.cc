#include "svc/cloudformation/resources/all.h"

#include "aws/apigateway.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-deployment.html
namespace {

namespace api = aws::apigateway;

constexpr const aws::Operation* kCreate = &api::CreateDeployment::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "RestApiId",
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
  ResourceState state{.physical_id = made.id.value_or("")};
  state.attributes.set("DeploymentId", state.physical_id);
  return state;
}

// The stage that came with the deployment goes with it, unless a later deployment has taken it
// over.
Status remove(ResourceStep& step, const ResourceRecord& before) {
  std::string api_id(before.properties.get_string("RestApiId"));
  std::string stage_name(before.properties.get_string("StageName"));
  if (!stage_name.empty()) {
    auto stage = step.ctx.call<api::GetStage>({api_id, stage_name});
    MR_TRY(ignore_missing(stage));
    if (stage.ok() && stage->deployment_id == before.physical_id) {
      MR_TRY(ignore_missing(step.ctx.call<api::DeleteStage>({api_id, stage_name})));
    }
  }
  return ignore_missing(step.ctx.call<api::DeleteDeployment>({api_id, before.physical_id}));
}

}  // namespace

const ResourceType kApiGatewayDeployment = {.name = "AWS::ApiGateway::Deployment",
                                            .properties = kProperties,
                                            .attributes = kAttributes,
                                            .create = create,
                                            .remove = remove};

}  // namespace millrace::cloudformation
