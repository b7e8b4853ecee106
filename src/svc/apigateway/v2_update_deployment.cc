#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::UpdateDeployment::Output> update_deployment(svc::Context& ctx,
                                                       const v2::UpdateDeployment::Input& in) {
  MR_ASSIGN(HttpDeployment deployment, load_http_deployment(ctx, in.api_id, in.deployment_id));
  if (in.description) deployment.description = in.description;
  ctx.txn().put(row_key(ctx.scope(), Kind::kHttpDeployment, {in.api_id, in.deployment_id}),
                svc::write_document<v2::GetDeployment>(deployment));
  return svc::output_as<v2::GetDeployment, v2::UpdateDeployment>(deployment);
}

}  // namespace millrace::apigateway
