#include "aws/apigatewayv2.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-route.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateRoute::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "RouteKey", .operation = kCreate, .need = Need::kRequired},
    {.name = "Target", .operation = kCreate},
    {.name = "ApiKeyRequired", .operation = kCreate, .unset = "false"},
    {.name = "AuthorizationType", .operation = kCreate, .unset = R"("NONE")"},
    {.name = "OperationName", .operation = kCreate, .unset = R"("")"},
};
constexpr std::string_view kAttributes[] = {"RouteId"};

}  // namespace

const ResourceType kApiGatewayV2Route = {
    .name = "AWS::ApiGatewayV2::Route",
    .properties = kProperties,
    .attributes = kAttributes,
    .create = create_by<api::CreateRoute, &api::CreateRoute::Output::route_id, kAttributes>,
    .update = update_by<api::UpdateRoute, &api::UpdateRoute::Input::route_id>,
    .remove = remove_by<api::DeleteRoute, &api::DeleteRoute::Input::route_id>};

}  // namespace millrace::cloudformation
