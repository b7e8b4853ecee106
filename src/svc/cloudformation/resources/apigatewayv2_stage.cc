#include "aws/apigatewayv2.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"
#include "svc/cloudformation/resources/gateway_tags.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-stage.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateStage::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "StageName", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "AutoDeploy", .operation = kCreate, .unset = "false"},
    {.name = "DeploymentId", .operation = kCreate},
    {.name = "Description", .operation = kCreate, .unset = R"("")"},
    {.name = "AccessLogSettings", .operation = kCreate},
    {.name = "DefaultRouteSettings", .operation = kCreate, .unset = "{}"},
    {.name = "RouteSettings", .operation = kCreate, .unset = "{}"},
    {.name = "StageVariables", .operation = kCreate, .unset = "{}"},
    {.name = "Tags"},
};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateStage>(step));
  put_tags(step, input);
  MR_TRY(step.ctx.call<api::CreateStage>(input));
  return ResourceState{.physical_id = input.stage_name};
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY((update_by<api::UpdateStage, &api::UpdateStage::Input::stage_name>(step, before)));
  MR_TRY((change_gateway_tags<api::TagResource, api::UntagResource>(
      step, before, "/apis/" + step.text("ApiId") + "/stages/" + before.physical_id)));
  return ResourceState{.physical_id = before.physical_id};
}

}  // namespace

const ResourceType kApiGatewayV2Stage = {
    .name = "AWS::ApiGatewayV2::Stage",
    .properties = kProperties,
    .tagging = Tagging::kStackAndSystem,
    .create = create,
    .update = update,
    .remove = remove_by<api::DeleteStage, &api::DeleteStage::Input::stage_name>};

}  // namespace millrace::cloudformation
