#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetStages::Output> get_stages(svc::Context& ctx, const v1::GetStages::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  MR_ASSIGN(std::vector<v1::Stage> stages, load_stages(ctx, in.rest_api_id));
  if (in.deployment_id) {
    std::erase_if(stages,
                  [&](const v1::Stage& stage) { return stage.deployment_id != in.deployment_id; });
  }
  return v1::Stages{.item = std::move(stages)};
}

}  // namespace millrace::apigateway
