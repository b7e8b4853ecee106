#include "svc/apigateway/rest_operations.h"

#include <algorithm>

#include "svc/apigateway/rest_snapshot.h"

namespace millrace::apigateway {

Result<v1::GetDeployment::Output> get_deployment(svc::Context& ctx,
                                                 const v1::GetDeployment::Input& in) {
  MR_ASSIGN(v1::Deployment deployment, load_deployment(ctx, in.rest_api_id, in.deployment_id));
  bool summary =
      in.embed && std::find(in.embed->begin(), in.embed->end(), "apisummary") != in.embed->end();
  if (summary) {
    MR_ASSIGN(RestSnapshot snapshot,
              load_snapshot(ctx.txn(), ctx.scope(), {in.rest_api_id, in.deployment_id}));
    deployment.api_summary = summary_of(snapshot);
  }
  return deployment;
}

}  // namespace millrace::apigateway
