#include "svc/cloudformation/resources/all.h"

#include "aws/apigateway.h"

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

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateResource>(step));
  MR_ASSIGN(auto made, step.ctx.call<api::CreateResource>(input));
  ResourceState state{.physical_id = made.id.value_or("")};
  state.attributes.set("ResourceId", state.physical_id);
  return state;
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<api::DeleteResource>(
      {std::string(before.properties.get_string("RestApiId")), before.physical_id}));
}

}  // namespace

const ResourceType kApiGatewayResource = {.name = "AWS::ApiGateway::Resource",
                                          .properties = kProperties,
                                          .attributes = kAttributes,
                                          .create = create,
                                          .remove = remove};

}  // namespace millrace::cloudformation
