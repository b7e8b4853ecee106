#include "svc/document.h"
#include "svc/lambda/policies.h"
#include "svc/lambda/settings.h"

namespace millrace::lambda {
namespace {

Status check_destination(const std::optional<std::string>& arn) {
  if (!arn || arn->empty() || arn->starts_with("arn:aws:lambda:")) return ok_status();
  return unsupported("The destination " + *arn + " (only functions can be destinations)");
}

}  // namespace

// https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
Answer<api::PutFunctionEventInvokeConfig> put_function_event_invoke_config(
    svc::Context& ctx, const api::PutFunctionEventInvokeConfig::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  MR_TRY(check_exists(ctx, ref));
  if (in.destination_config) {
    if (in.destination_config->on_failure) {
      MR_TRY(check_destination(in.destination_config->on_failure->destination));
    }
    if (in.destination_config->on_success) {
      MR_TRY(check_destination(in.destination_config->on_success->destination));
    }
  }
  if (!in.maximum_retry_attempts && !in.maximum_event_age_in_seconds && !in.destination_config) {
    return api::errors::invalid_parameter_value_exception(
        "You must specify at least one of error handling or destination setting.");
  }
  api::FunctionEventInvokeConfig config;
  config.function_arn =
      function_arn(ref.scope, ref.name, ref.qualifier.empty() ? kLatest : ref.qualifier);
  config.last_modified = ctx.now();
  config.maximum_retry_attempts = in.maximum_retry_attempts;
  config.maximum_event_age_in_seconds = in.maximum_event_age_in_seconds;
  config.destination_config = in.destination_config;
  if (!config.destination_config) {
    config.destination_config =
        api::DestinationConfig{.on_success = api::OnSuccess{}, .on_failure = api::OnFailure{}};
  }
  ctx.txn().put(invoke_config_key(ref),
                svc::write_document<api::GetFunctionEventInvokeConfig>(config));
  return config;
}

}  // namespace millrace::lambda
