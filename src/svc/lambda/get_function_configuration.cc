#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
Answer<api::GetFunctionConfiguration> get_function_configuration(
    svc::Context& ctx, const api::GetFunctionConfiguration::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  MR_ASSIGN(FunctionRow row, load_qualified(ctx.txn(), ref));
  row.config.master_arn.reset();
  return row.config;
}

}  // namespace millrace::lambda
