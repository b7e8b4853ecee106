#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetMethod::Output> get_method(svc::Context& ctx, const v1::GetMethod::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  return row.method();
}

}  // namespace millrace::apigateway
