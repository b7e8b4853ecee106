#include "aws/apigateway.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"
#include "svc/cloudformation/resources/patch.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-deployment.html
namespace {

namespace api = aws::apigateway;

constexpr const aws::Operation* kCreate = &api::CreateDeployment::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "RestApiId", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "StageName", .on_change = kNew, .operation = kCreate},
    {.name = "Description", .operation = kCreate},
};
constexpr std::string_view kAttributes[] = {"DeploymentId"};

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  Patch patch(before.properties, step.properties);
  patch.value("Description", "/description");
  api::UpdateDeployment::Input input{.rest_api_id = step.text("RestApiId"),
                                     .deployment_id = before.physical_id};
  input.patch_operations = patch.operations<api::PatchOperation>();
  MR_TRY(step.ctx.call<api::UpdateDeployment>(input));
  return ResourceState{before.physical_id, before.attributes};
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

const ResourceType kApiGatewayDeployment = {
    .name = "AWS::ApiGateway::Deployment",
    .properties = kProperties,
    .attributes = kAttributes,
    .create = create_by<api::CreateDeployment, &api::CreateDeployment::Output::id, kAttributes>,
    .update = update,
    .remove = remove};

}  // namespace millrace::cloudformation
