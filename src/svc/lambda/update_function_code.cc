#include "svc/lambda/code.h"
#include "svc/lambda/operations.h"
#include "svc/lambda/settings.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
Answer<api::UpdateFunctionCode> update_function_code(svc::Context& ctx,
                                                     const api::UpdateFunctionCode::Input& in) {
  if (in.image_uri) return unsupported("ImageUri");
  if (in.source_kms_key_arn) return unsupported("SourceKMSKeyArn");
  if (in.publish_to) return unsupported("PublishTo");
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  MR_TRY(check_revision(in.revision_id, row.config.revision_id.value_or("")));
  FunctionRow before = row;
  if (in.architectures) {
    MR_ASSIGN(row.config.architectures,
              usable_architectures(in.architectures, row.config.runtime.value_or("")));
  }
  MR_ASSIGN(Code code, fetch_code(ctx, {.zip_file = in.zip_file,
                                        .s3_bucket = in.s3_bucket,
                                        .s3_key = in.s3_key,
                                        .s3_object_version = in.s3_object_version}));
  bool is_dry_run = in.dry_run.value_or(false);
  if (is_dry_run) {
    row.config.code_sha256 = code.sha256_base64;
    row.config.code_size = static_cast<int64_t>(code.zip.size());
    return row.config;
  }
  MR_TRY(store_code(ctx, code, row));
  row.config.last_modified = lambda_time(ctx.now());
  row.config.revision_id = new_revision_id();
  retire_environments(ctx, before);
  api::FunctionConfiguration answer = row.config;
  if (in.publish.value_or(false)) {
    MR_ASSIGN(FunctionRow version, publish(ctx, row, std::nullopt));
    answer = version.config;
  }
  save_function(ctx.txn(), ctx.scope(), row);
  answer.last_update_status = "InProgress";
  answer.last_update_status_reason = "The function is being created.";
  answer.last_update_status_reason_code = "Creating";
  return answer;
}

}  // namespace millrace::lambda
