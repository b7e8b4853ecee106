#include "svc/ssm/operations.h"

namespace millrace::ssm {

Result<wire::DeleteParameter::Output> delete_parameter(Context& ctx,
                                                       const wire::DeleteParameterRequest& in) {
  MR_TRY(load(ctx, in.name));
  erase(ctx, in.name);
  return wire::DeleteParameter::Output{};
}

}  // namespace millrace::ssm
