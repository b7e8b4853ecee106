#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html
// No function has one: creating with CodeSigningConfigArn is refused.
Answer<api::GetFunctionCodeSigningConfig> get_function_code_signing_config(
    svc::Context& ctx, const api::GetFunctionCodeSigningConfig::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  return api::GetFunctionCodeSigningConfig::Output{.code_signing_config_arn = "",
                                                   .function_name = *row.config.function_name};
}

}  // namespace millrace::lambda
