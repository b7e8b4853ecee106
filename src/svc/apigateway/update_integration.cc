#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/patch.h"
#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {
namespace {

Status patch_template(v1::Integration& integration, const Patch& patch) {
  if (!integration.request_templates) integration.request_templates.emplace();
  if (patch.removes())
    integration.request_templates->erase(patch.path[1]);
  else
    (*integration.request_templates)[patch.path[1]] = patch.value;
  return ok_status();
}

}  // namespace

Result<v1::UpdateIntegration::Output> update_integration(svc::Context& ctx,
                                                         const v1::UpdateIntegration::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  MR_ASSIGN(v1::Integration * integration, integration_of(row));
  MR_TRY(apply_patches(in.patch_operations,
                       {text_rule("/httpMethod", integration->http_method),
                        text_rule("/uri", integration->uri),
                        text_rule("/type", integration->type),
                        text_rule("/passthroughBehavior", integration->passthrough_behavior),
                        text_rule("/contentHandling", integration->content_handling),
                        text_rule("/credentials", integration->credentials),
                        text_rule("/connectionType", integration->connection_type),
                        {"/timeoutInMillis", "replace",
                         [&](const Patch& patch) -> Status {
                           MR_ASSIGN(integration->timeout_in_millis, patch.integer());
                           return ok_status();
                         }},
                        {"/requestTemplates/*", "add remove replace", [&](const Patch& patch) {
                           return patch_template(*integration, patch);
                         }}}));
  MR_TRY(check_integration(*integration));
  row.save(ctx);
  return *integration;
}

}  // namespace millrace::apigateway
