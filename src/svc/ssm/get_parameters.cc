#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {

Result<wire::GetParametersResult> get_parameters(Context& ctx,
                                                 const wire::GetParametersRequest& in) {
  wire::GetParametersResult out;
  out.parameters.emplace();
  out.invalid_parameters.emplace();
  for (const std::string& name : in.names) {
    auto parameter = read_parameter(ctx, name, decryption_of(in.with_decryption));
    if (parameter.ok()) {
      out.parameters->push_back(std::move(*parameter));
    } else if (parameter.error().is_server_fault()) {
      return std::move(parameter).error();
    } else {
      out.invalid_parameters->push_back(name);
    }
  }
  return out;
}

}  // namespace millrace::ssm
