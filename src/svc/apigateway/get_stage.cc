#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetStage::Output> get_stage(svc::Context& ctx, const v1::GetStage::Input& in) {
  return load_stage(ctx, in.rest_api_id, in.stage_name);
}

}  // namespace millrace::apigateway
