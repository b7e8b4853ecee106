#include "svc/lambda/code.h"
#include "svc/lambda/operations.h"
#include "svc/lambda/settings.h"
#include "svc/scope_index.h"

namespace millrace::lambda {
namespace {

Error invalid(std::string message) {
  return api::errors::invalid_parameter_value_exception(std::move(message));
}

Status refuse_what_we_lack(const api::CreateFunction::Input& in) {
  if (in.package_type.value_or("Zip") != "Zip" || in.code.image_uri) {
    return unsupported("PackageType Image");
  }
  if (in.code_signing_config_arn) return unsupported("CodeSigningConfigArn");
  if (in.code.source_kms_key_arn) return unsupported("SourceKMSKeyArn");
  if (in.publish_to) return unsupported("PublishTo");
  if (in.tenancy_config) return unsupported("TenancyConfig");
  if (!in.runtime || !in.handler) {
    return invalid(
        "Runtime and Handler are mandatory parameters for functions created with deployment "
        "packages.");
  }
  return ok_status();
}

api::FunctionConfiguration defaults(svc::Context& ctx, const FunctionRef& ref) {
  api::FunctionConfiguration config;
  config.function_name = ref.name;
  config.function_arn = function_arn(ref.scope, ref.name);
  config.description = "";
  config.timeout = 3;
  config.memory_size = 128;
  config.version = kLatest;
  config.package_type = "Zip";
  config.state = "Active";
  config.last_update_status = "Successful";
  config.tracing_config = api::TracingConfigResponse{.mode = "PassThrough"};
  config.ephemeral_storage = api::EphemeralStorage{.size = 512};
  config.snap_start = api::SnapStartResponse{.apply_on = "None", .optimization_status = "Off"};
  config.logging_config =
      api::LoggingConfig{.log_format = "Text", .log_group = "/aws/lambda/" + ref.name};
  config.last_modified = lambda_time(ctx.now());
  config.revision_id = new_revision_id();
  return config;
}

}  // namespace

// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
Answer<api::CreateFunction> create_function(svc::Context& ctx,
                                            const api::CreateFunction::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  if (!ref.qualifier.empty() || ref.scope != ctx.scope()) {
    return invalid(in.function_name + " is not a valid name for a new function");
  }
  MR_TRY(refuse_what_we_lack(in));
  MR_ASSIGN(auto present, find_function(ctx.txn(), ctx.scope(), ref.name));
  if (present) {
    return api::errors::resource_conflict_exception("Function already exist: " + ref.name);
  }
  FunctionRow row;
  row.config = defaults(ctx, ref);
  MR_ASSIGN(row.config.architectures, usable_architectures(in.architectures, *in.runtime));
  MR_TRY(apply_settings(ctx, settings_of(in), row.config));
  if (in.tags) row.tags = *in.tags;
  MR_ASSIGN(Code code, fetch_code(ctx, {.zip_file = in.code.zip_file,
                                        .s3_bucket = in.code.s3_bucket,
                                        .s3_key = in.code.s3_key,
                                        .s3_object_version = in.code.s3_object_version}));
  MR_TRY(store_code(ctx, code, row));
  MR_TRY(svc::note_scope(ctx.txn(), store::Space::kLambda, ctx.scope()));
  api::FunctionConfiguration answer = row.config;
  if (in.publish.value_or(false)) {
    MR_ASSIGN(FunctionRow version, publish(ctx, row, std::nullopt));
    answer = version.config;
  }
  save_function(ctx.txn(), ctx.scope(), row);
  // It can be invoked as soon as this is on disk; AWS takes some seconds, and says so first.
  answer.state = "Pending";
  answer.state_reason = "The function is being created.";
  answer.state_reason_code = "Creating";
  answer.last_update_status.reset();
  return answer;
}

}  // namespace millrace::lambda
