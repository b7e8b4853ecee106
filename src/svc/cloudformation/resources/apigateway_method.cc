#include "svc/cloudformation/resources/all.h"

#include "aws/apigateway.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-method.html
namespace {

namespace api = aws::apigateway;
using codec::Json;

constexpr const aws::Operation* kPut = &api::PutMethod::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "RestApiId",
     .on_change = OnChange::kReplace,
     .operation = kPut,
     .need = Need::kRequired},
    {.name = "ResourceId",
     .on_change = OnChange::kReplace,
     .operation = kPut,
     .need = Need::kRequired},
    {.name = "HttpMethod",
     .on_change = OnChange::kReplace,
     .operation = kPut,
     .need = Need::kRequired},
    {.name = "AuthorizationType", .operation = kPut},
    {.name = "ApiKeyRequired", .operation = kPut},
    {.name = "OperationName", .operation = kPut},
    {.name = "RequestParameters", .operation = kPut},
    {.name = "RequestModels", .operation = kPut},
    {.name = "MethodResponses", .nested = "StatusCode,ResponseParameters,ResponseModels"},
    {.name = "Integration",
     .nested = "Type,IntegrationHttpMethod,Uri,ConnectionType,ConnectionId,Credentials,"
               "RequestParameters,RequestTemplates,PassthroughBehavior,CacheNamespace,"
               "CacheKeyParameters,ContentHandling,TimeoutInMillis,IntegrationResponses"},
};

// The method that is meant, in the input of any operation on it.
template <class Op>
Result<typename Op::Input> on_method(const Json& method, const Json& members,
                                     const std::string& path) {
  typename Op::Input input{};
  MR_ASSIGN(Json document, to_model(*Op::kDescription.input, members, path));
  MR_TRY(svc::from_document(*Op::kDescription.input, document, &input));
  input.rest_api_id = method.get_string("RestApiId");
  input.resource_id = method.get_string("ResourceId");
  input.http_method = method.get_string("HttpMethod");
  return input;
}

Status put_responses(ResourceStep& step) {
  const Json* responses = step.properties.find("MethodResponses");
  if (responses == nullptr || !responses->is_array()) return ok_status();
  for (const Json& response : *responses->as_array()) {
    MR_ASSIGN(auto input,
              on_method<api::PutMethodResponse>(step.properties, response, "#/MethodResponses"));
    MR_TRY(step.ctx.call<api::PutMethodResponse>(input));
  }
  return ok_status();
}

Status put_integration(ResourceStep& step) {
  const Json* integration = step.properties.find("Integration");
  if (integration == nullptr) return ok_status();
  Json members = *integration;
  members.erase("IntegrationResponses");
  MR_ASSIGN(auto input, on_method<api::PutIntegration>(step.properties, members, "#/Integration"));
  MR_TRY(step.ctx.call<api::PutIntegration>(input));
  const Json* responses = integration->find("IntegrationResponses");
  if (responses == nullptr || !responses->is_array()) return ok_status();
  for (const Json& response : *responses->as_array()) {
    MR_ASSIGN(auto one, on_method<api::PutIntegrationResponse>(
                            step.properties, response, "#/Integration/IntegrationResponses"));
    MR_TRY(step.ctx.call<api::PutIntegrationResponse>(one));
  }
  return ok_status();
}

Status put_method(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::PutMethod>(step));
  if (input.authorization_type.empty()) input.authorization_type = "NONE";
  MR_TRY(step.ctx.call<api::PutMethod>(input));
  MR_TRY(put_responses(step));
  return put_integration(step);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  const Json& properties = before.properties;
  return ignore_missing(
      step.ctx.call<api::DeleteMethod>({std::string(properties.get_string("RestApiId")),
                                        std::string(properties.get_string("ResourceId")),
                                        std::string(properties.get_string("HttpMethod"))}));
}

Result<ResourceState> create(ResourceStep& step) {
  MR_TRY(put_method(step));
  return ResourceState{.physical_id = step.generated_name(128)};
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(remove(step, before));
  MR_TRY(put_method(step));
  return ResourceState{.physical_id = before.physical_id};
}

}  // namespace

const ResourceType kApiGatewayMethod = {.name = "AWS::ApiGateway::Method",
                                        .properties = kProperties,
                                        .create = create,
                                        .update = update,
                                        .remove = remove};

}  // namespace millrace::cloudformation
