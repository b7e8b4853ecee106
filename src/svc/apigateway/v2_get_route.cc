#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::GetRoute::Output> get_route(svc::Context& ctx, const v2::GetRoute::Input& in) {
  return load_route(ctx, in.api_id, in.route_id);
}

}  // namespace millrace::apigateway
