#include "svc/cloudformation/resources/all.h"

#include "aws/apigatewayv2.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigatewayv2-route.html
namespace {

namespace api = aws::apigatewayv2;

constexpr const aws::Operation* kCreate = &api::CreateRoute::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "ApiId",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "RouteKey", .operation = kCreate, .need = Need::kRequired},
    {.name = "Target", .operation = kCreate},
    {.name = "ApiKeyRequired", .operation = kCreate},
    {.name = "AuthorizationScopes", .operation = kCreate},
    {.name = "AuthorizationType", .operation = kCreate},
    {.name = "AuthorizerId", .operation = kCreate},
    {.name = "OperationName", .operation = kCreate},
    {.name = "RouteResponseSelectionExpression", .operation = kCreate},
};
constexpr std::string_view kAttributes[] = {"RouteId"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateRoute>(step));
  MR_ASSIGN(auto made, step.ctx.call<api::CreateRoute>(input));
  ResourceState state{.physical_id = made.route_id.value_or("")};
  state.attributes.set("RouteId", state.physical_id);
  return state;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind<api::UpdateRoute>(step));
  input.route_id = before.physical_id;
  MR_TRY(step.ctx.call<api::UpdateRoute>(input));
  return ResourceState{before.physical_id, before.attributes};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<api::DeleteRoute>(
      {std::string(before.properties.get_string("ApiId")), before.physical_id}));
}

}  // namespace

const ResourceType kApiGatewayV2Route = {.name = "AWS::ApiGatewayV2::Route",
                                         .properties = kProperties,
                                         .attributes = kAttributes,
                                         .create = create,
                                         .update = update,
                                         .remove = remove};

}  // namespace millrace::cloudformation
