#include "svc/cloudformation/resources/all.h"

#include "aws/apigatewayv2.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateStage::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "StageName",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "AutoDeploy", .operation = kCreate},
    {.name = "DeploymentId", .operation = kCreate},
    {.name = "Description", .operation = kCreate},
    {.name = "AccessLogSettings", .operation = kCreate},
    {.name = "DefaultRouteSettings", .operation = kCreate},
    {.name = "RouteSettings", .operation = kCreate},
    {.name = "StageVariables", .operation = kCreate},
    {.name = "Tags"},
};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateStage>(step));
  Tags tags = all_tags(step);
  input.tags.reset();
  if (!tags.empty()) input.tags.emplace(tags.begin(), tags.end());
  MR_TRY(step.ctx.call<api::CreateStage>(input));
  return ResourceState{.physical_id = input.stage_name};
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind<api::UpdateStage>(step));
  MR_TRY(step.ctx.call<api::UpdateStage>(input));
  return ResourceState{.physical_id = before.physical_id};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<api::DeleteStage>(
      {std::string(before.properties.get_string("ApiId")), before.physical_id}));
}

}  // namespace

const ResourceType kApiGatewayV2Stage = {.name = "AWS::ApiGatewayV2::Stage",
                                         .properties = kProperties,
                                         .create = create,
                                         .update = update,
                                         .remove = remove};

}  // namespace millrace::cloudformation
