#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
Answer<api::DescribeLogGroups> describe_log_groups(svc::Context& ctx,
                                                   const api::DescribeLogGroups::Input& in) {
  if (in.account_identifiers || in.include_linked_accounts.value_or(false) ||
      in.log_group_identifiers) {
    return api::errors::invalid_parameter_exception(
        "Log groups of other accounts and logGroupIdentifiers are not supported by Millrace.");
  }
  if (in.log_group_name_pattern && in.log_group_name_prefix) {
    return api::errors::invalid_parameter_exception(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  }
  api::DescribeLogGroups::Output out;
  out.log_groups.emplace();
  if (in.log_group_class.value_or("STANDARD") != "STANDARD") return out;
  store::KeyRange range = store::prefix_range(logs_key(ctx.scope(), "group").key());
  // The token is the name of the group to go on with.
  if (in.next_token) range.start = group_key(ctx.scope(), *in.next_token);
  auto limit = static_cast<size_t>(in.limit.value_or(50));
  auto it = ctx.txn().scan(range);
  for (; it->valid(); it->next()) {
    store::KeyReader key(it->key());
    key.str();
    std::string name = key.str().value_or("");
    if (in.log_group_name_prefix && !name.starts_with(*in.log_group_name_prefix)) continue;
    if (in.log_group_name_pattern && name.find(*in.log_group_name_pattern) == name.npos) continue;
    if (out.log_groups->size() == limit) {
      out.next_token = name;
      break;
    }
    MR_ASSIGN(GroupRow row, group_from_text(it->value(), name));
    MR_ASSIGN(auto bytes, ctx.txn().get_untracked(bytes_key(ctx.scope(), row.storage)));
    api::LogGroup group;
    group.log_group_name = name;
    group.creation_time = row.created_ms;
    group.retention_in_days = row.retention_days;
    group.metric_filter_count = 0;
    group.log_group_arn = group_arn(ctx.scope(), name);
    group.arn = *group.log_group_arn + ":*";
    group.stored_bytes = bytes ? store::decode_counter(*bytes) : 0;
    group.log_group_class = "STANDARD";
    out.log_groups->push_back(std::move(group));
  }
  MR_TRY(it->status());
  return out;
}

}  // namespace millrace::logs
