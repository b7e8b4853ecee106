#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/patch.h"

namespace millrace::apigateway {

Result<v1::UpdateDeployment::Output> update_deployment(svc::Context& ctx,
                                                       const v1::UpdateDeployment::Input& in) {
  MR_ASSIGN(v1::Deployment deployment, load_deployment(ctx, in.rest_api_id, in.deployment_id));
  MR_TRY(apply_patches(in.patch_operations, {text_rule("/description", deployment.description)}));
  ctx.txn().put(row_key(ctx.scope(), Kind::kRestDeployment, {in.rest_api_id, in.deployment_id}),
                svc::write_document<v1::GetDeployment>(deployment));
  return deployment;
}

}  // namespace millrace::apigateway
