#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/patch.h"
#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {
namespace {

Status patch_parameter(v1::Method& method, const Patch& patch) {
  if (!method.request_parameters) method.request_parameters.emplace();
  if (patch.removes()) {
    method.request_parameters->erase(patch.path[1]);
    return ok_status();
  }
  bool required = false;
  if (!patch.value.empty()) {
    MR_ASSIGN(required, patch.boolean());
  }
  (*method.request_parameters)[patch.path[1]] = required;
  return ok_status();
}

Status patch_model(v1::Method& method, const Patch& patch) {
  if (!method.request_models) method.request_models.emplace();
  if (patch.removes())
    method.request_models->erase(patch.path[1]);
  else
    (*method.request_models)[patch.path[1]] = patch.value;
  return ok_status();
}

}  // namespace

Result<v1::UpdateMethod::Output> update_method(svc::Context& ctx,
                                               const v1::UpdateMethod::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  v1::Method& method = row.method();
  MR_TRY(apply_patches(in.patch_operations,
                       {text_rule("/authorizationType", method.authorization_type),
                        text_rule("/operationName", method.operation_name),
                        text_rule("/authorizerId", method.authorizer_id),
                        text_rule("/requestValidatorId", method.request_validator_id),
                        flag_rule("/apiKeyRequired", method.api_key_required),
                        {"/requestParameters/*", "add remove replace",
                         [&](const Patch& patch) { return patch_parameter(method, patch); }},
                        {"/requestModels/*", "add remove replace",
                         [&](const Patch& patch) { return patch_model(method, patch); }}}));
  MR_TRY(check_method(method));
  row.save(ctx);
  return method;
}

}  // namespace millrace::apigateway
