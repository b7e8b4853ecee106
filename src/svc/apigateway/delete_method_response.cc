#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::DeleteMethodResponse::Output> delete_method_response(
    svc::Context& ctx, const v1::DeleteMethodResponse::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  auto& responses = row.method().method_responses;
  if (!responses || responses->erase(in.status_code) == 0) {
    return v1::errors::not_found_exception("Invalid Response status code specified");
  }
  row.save(ctx);
  return v1::DeleteMethodResponse::Output{};
}

}  // namespace millrace::apigateway
