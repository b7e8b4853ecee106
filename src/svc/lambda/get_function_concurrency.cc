#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html
Answer<api::GetFunctionConcurrency> get_function_concurrency(
    svc::Context& ctx, const api::GetFunctionConcurrency::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  return api::GetFunctionConcurrency::Output{.reserved_concurrent_executions =
                                                 row.reserved_concurrency};
}

}  // namespace millrace::lambda
