#include <fmt/format.h>

#include "svc/lambda/limits.h"
#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
Answer<api::PutFunctionConcurrency> put_function_concurrency(
    svc::Context& ctx, const api::PutFunctionConcurrency::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  int64_t reserved = in.reserved_concurrent_executions;
  auto it = ctx.txn().scan(store::prefix_range(lambda_key(ref.scope, "function").key()));
  for (; it->valid(); it->next()) {
    MR_ASSIGN(FunctionRow other, FunctionRow::from_text(it->value()));
    if (other.config.function_name != ref.name) reserved += other.reserved_concurrency.value_or(0);
  }
  MR_TRY(it->status());
  it.reset();
  if (limits::kConcurrentExecutions - reserved < limits::kUnreservedConcurrentExecutionsMin) {
    return api::errors::invalid_parameter_value_exception(
        fmt::format("Specified ReservedConcurrentExecutions for function decreases account's "
                    "UnreservedConcurrentExecution below its minimum value of [{}].",
                    limits::kUnreservedConcurrentExecutionsMin));
  }
  row.reserved_concurrency = in.reserved_concurrent_executions;
  save_function(ctx.txn(), ref.scope, row);
  return api::PutFunctionConcurrency::Output{.reserved_concurrent_executions =
                                                 row.reserved_concurrency};
}

}  // namespace millrace::lambda
