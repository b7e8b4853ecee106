#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetRestApi::Output> get_rest_api(svc::Context& ctx, const v1::GetRestApi::Input& in) {
  return load_rest_api(ctx, in.rest_api_id);
}

}  // namespace millrace::apigateway
