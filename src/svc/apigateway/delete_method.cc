#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::DeleteMethod::Output> delete_method(svc::Context& ctx,
                                               const v1::DeleteMethod::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  row.resource.resource_methods->erase(row.http_method);
  row.save(ctx);
  return v1::DeleteMethod::Output{};
}

}  // namespace millrace::apigateway
