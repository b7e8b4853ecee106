#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::GetApi::Output> get_api(svc::Context& ctx, const v2::GetApi::Input& in) {
  return load_http_api(ctx, in.api_id);
}

}  // namespace millrace::apigateway
