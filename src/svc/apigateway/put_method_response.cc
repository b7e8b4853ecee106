#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {

Result<v1::PutMethodResponse::Output> put_method_response(svc::Context& ctx,
                                                          const v1::PutMethodResponse::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  MR_TRY(check_status_code(in.status_code));
  MR_TRY(check_models(in.response_models));
  v1::Method& method = row.method();
  if (!method.method_responses) method.method_responses.emplace();
  if (method.method_responses->contains(in.status_code)) {
    return v1::errors::conflict_exception("Response already exists for this resource");
  }
  for (const auto& [name, required] :
       in.response_parameters.value_or(std::map<std::string, bool>())) {
    if (!name.starts_with("method.response.header.")) {
      return bad_request("Invalid mapping parameter specified: " + name);
    }
  }
  v1::MethodResponse response{.status_code = in.status_code,
                              .response_parameters = in.response_parameters,
                              .response_models = in.response_models};
  method.method_responses->emplace(in.status_code, response);
  row.save(ctx);
  return response;
}

}  // namespace millrace::apigateway
