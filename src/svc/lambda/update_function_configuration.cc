#include "svc/lambda/operations.h"
#include "svc/lambda/settings.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
Answer<api::UpdateFunctionConfiguration> update_function_configuration(
    svc::Context& ctx, const api::UpdateFunctionConfiguration::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  MR_TRY(check_revision(in.revision_id, row.config.revision_id.value_or("")));
  retire_environments(ctx, row);
  MR_TRY(apply_settings(ctx, settings_of(in), row.config));
  row.config.last_modified = lambda_time(ctx.now());
  row.config.revision_id = new_revision_id();
  save_function(ctx.txn(), ctx.scope(), row);
  api::FunctionConfiguration answer = row.config;
  answer.last_update_status = "InProgress";
  answer.last_update_status_reason = "The function is being created.";
  answer.last_update_status_reason_code = "Creating";
  return answer;
}

}  // namespace millrace::lambda
