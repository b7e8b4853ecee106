#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetMethodResponse::Output> get_method_response(svc::Context& ctx,
                                                          const v1::GetMethodResponse::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  const auto& responses = row.method().method_responses;
  if (!responses || !responses->contains(in.status_code)) {
    return v1::errors::not_found_exception("Invalid Response status code specified");
  }
  return responses->at(in.status_code);
}

}  // namespace millrace::apigateway
