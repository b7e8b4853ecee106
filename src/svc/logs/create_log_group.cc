#include "svc/logs/operations.h"
#include "svc/scope_index.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
Answer<api::CreateLogGroup> create_log_group(svc::Context& ctx,
                                             const api::CreateLogGroup::Input& in) {
  if (in.kms_key_id) {
    return api::errors::invalid_parameter_exception("kmsKeyId is not supported by Millrace.");
  }
  if (in.deletion_protection_enabled.value_or(false)) {
    return api::errors::invalid_parameter_exception(
        "deletionProtectionEnabled is not supported by Millrace.");
  }
  if (in.log_group_class.value_or("STANDARD") != "STANDARD") {
    return api::errors::invalid_parameter_exception(
        "Only the log group class STANDARD is supported by Millrace.");
  }
  MR_ASSIGN(auto present, ctx.txn().get(group_key(ctx.scope(), in.log_group_name)));
  if (present) {
    return api::errors::resource_already_exists_exception("The specified log group already exists");
  }
  GroupRow row{.created_ms = ctx.now().ms(), .storage = new_storage()};
  if (in.tags) row.tags = *in.tags;
  put_group(ctx.txn(), ctx.scope(), in.log_group_name, row);
  MR_TRY(svc::note_scope(ctx.txn(), store::Space::kLogs, ctx.scope()));
  return api::CreateLogGroup::Output{};
}

}  // namespace millrace::logs
