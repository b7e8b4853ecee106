#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html
Answer<api::DeleteFunctionConcurrency> delete_function_concurrency(
    svc::Context& ctx, const api::DeleteFunctionConcurrency::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  row.reserved_concurrency.reset();
  save_function(ctx.txn(), ref.scope, row);
  return api::DeleteFunctionConcurrency::Output{};
}

}  // namespace millrace::lambda
