#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {

Result<wire::GetParameterResult> get_parameter(Context& ctx, const wire::GetParameterRequest& in) {
  MR_ASSIGN(auto parameter, read_parameter(ctx, in.name, decryption_of(in.with_decryption)));
  return wire::GetParameterResult{.parameter = std::move(parameter)};
}

}  // namespace millrace::ssm
