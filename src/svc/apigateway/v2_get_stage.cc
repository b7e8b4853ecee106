#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::GetStage::Output> get_stage(svc::Context& ctx, const v2::GetStage::Input& in) {
  return load_http_stage(ctx, in.api_id, in.stage_name);
}

}  // namespace millrace::apigateway
