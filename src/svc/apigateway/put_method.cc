#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {

Result<v1::PutMethod::Output> put_method(svc::Context& ctx, const v1::PutMethod::Input& in) {
  MR_ASSIGN(v1::Resource resource, load_resource(ctx, in.rest_api_id, in.resource_id));
  if (!resource.resource_methods) resource.resource_methods.emplace();
  if (resource.resource_methods->contains(in.http_method)) {
    return v1::errors::conflict_exception("Method already exists for this resource");
  }
  v1::Method method;
  method.http_method = in.http_method;
  method.authorization_type = in.authorization_type;
  method.authorizer_id = in.authorizer_id;
  method.api_key_required = in.api_key_required.value_or(false);
  method.operation_name = in.operation_name;
  method.request_parameters = in.request_parameters;
  method.request_models = in.request_models;
  method.request_validator_id = in.request_validator_id;
  method.authorization_scopes = in.authorization_scopes;
  MR_TRY(check_method(method));
  resource.resource_methods->emplace(in.http_method, method);
  save_resource(ctx, in.rest_api_id, resource);
  return method;
}

}  // namespace millrace::apigateway
