#include "svc/ssm/operations.h"

namespace millrace::ssm {

Result<wire::DeleteParametersResult> delete_parameters(Context& ctx,
                                                       const wire::DeleteParametersRequest& in) {
  wire::DeleteParametersResult out;
  out.deleted_parameters.emplace();
  out.invalid_parameters.emplace();
  for (const std::string& name : in.names) {
    MR_ASSIGN(auto record, find(ctx, name));
    (record ? out.deleted_parameters : out.invalid_parameters)->push_back(name);
    if (record) erase(ctx, name);
  }
  return out;
}

}  // namespace millrace::ssm
