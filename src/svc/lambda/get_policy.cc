#include "svc/lambda/policies.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html
Answer<api::GetPolicy> get_policy(svc::Context& ctx, const api::GetPolicy::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  MR_TRY(check_exists(ctx, ref));
  MR_ASSIGN(auto row, find_policy(ctx.txn(), ref));
  if (!row) {
    return api::errors::resource_not_found_exception("The resource you requested does not exist.");
  }
  return api::GetPolicy::Output{.policy = row->policy.dump(), .revision_id = row->revision_id};
}

}  // namespace millrace::lambda
