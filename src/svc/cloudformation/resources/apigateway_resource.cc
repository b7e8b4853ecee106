#include "aws/apigateway.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-resource.html
namespace {

namespace api = aws::apigateway;

constexpr const aws::Operation* kCreate = &api::CreateResource::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "RestApiId", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "ParentId", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
    {.name = "PathPart", .on_change = kNew, .operation = kCreate, .need = Need::kRequired},
};
constexpr std::string_view kAttributes[] = {"ResourceId"};

}  // namespace

const ResourceType kApiGatewayResource = {
    .name = "AWS::ApiGateway::Resource",
    .properties = kProperties,
    .attributes = kAttributes,
    .create = create_by<api::CreateResource, &api::CreateResource::Output::id, kAttributes>,
    .remove = remove_by<api::DeleteResource, &api::DeleteResource::Input::resource_id>};

}  // namespace millrace::cloudformation
