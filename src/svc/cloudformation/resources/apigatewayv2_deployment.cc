#include "aws/apigatewayv2.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-deployment.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateDeployment::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "StageName", .on_change = kNew, .operation = kCreate},
    {.name = "Description", .operation = kCreate, .unset = R"("")"},
};
constexpr std::string_view kAttributes[] = {"DeploymentId"};

}  // namespace

const ResourceType kApiGatewayV2Deployment = {
    .name = "AWS::ApiGatewayV2::Deployment",
    .properties = kProperties,
    .attributes = kAttributes,
    .create = create_by<api::CreateDeployment, &api::CreateDeployment::Output::deployment_id,
                        kAttributes>,
    .update = update_by<api::UpdateDeployment, &api::UpdateDeployment::Input::deployment_id>,
    .remove = remove_by<api::DeleteDeployment, &api::DeleteDeployment::Input::deployment_id>};

}  // namespace millrace::cloudformation
