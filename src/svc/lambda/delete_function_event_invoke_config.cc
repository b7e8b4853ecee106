#include "svc/lambda/policies.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html
Answer<api::DeleteFunctionEventInvokeConfig> delete_function_event_invoke_config(
    svc::Context& ctx, const api::DeleteFunctionEventInvokeConfig::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  MR_TRY(check_exists(ctx, ref));
  MR_ASSIGN(auto text, ctx.txn().get(invoke_config_key(ref)));
  if (!text) {
    return api::errors::resource_not_found_exception(
        "The function " +
        function_arn(ref.scope, ref.name, ref.qualifier.empty() ? kLatest : ref.qualifier) +
        " doesn't have an EventInvokeConfig");
  }
  ctx.txn().del(invoke_config_key(ref));
  return api::DeleteFunctionEventInvokeConfig::Output{};
}

}  // namespace millrace::lambda
