#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::DeleteDeployment::Output> delete_deployment(svc::Context& ctx,
                                                       const v1::DeleteDeployment::Input& in) {
  MR_ASSIGN(v1::Deployment deployment, load_deployment(ctx, in.rest_api_id, in.deployment_id));
  MR_ASSIGN(std::vector<v1::Stage> stages, load_stages(ctx, in.rest_api_id));
  for (const v1::Stage& stage : stages) {
    if (stage.deployment_id == in.deployment_id) {
      return bad_request("Active stages pointing to this deployment must be moved or deleted");
    }
  }
  for (Kind kind : {Kind::kRestDeployment, Kind::kRestSnapshot}) {
    ctx.txn().del(row_key(ctx.scope(), kind, {in.rest_api_id, in.deployment_id}));
  }
  return v1::DeleteDeployment::Output{};
}

}  // namespace millrace::apigateway
