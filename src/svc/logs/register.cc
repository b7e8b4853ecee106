#include "svc/logs/operations.h"

namespace millrace::logs {
namespace {

// The group, or the stream in it, that the request names.
template <class Op>
Result<std::vector<svc::Access>> access(svc::Context& ctx, const typename Op::Input& in) {
  std::string resource = "*";
  std::optional<std::string> group;
  if constexpr (requires { in.resource_arn; }) {
    MR_ASSIGN(group, group_of_arn(in.resource_arn));
  } else if constexpr (requires { in.log_group_identifier; }) {
    MR_ASSIGN(group, group_named(in.log_group_name, in.log_group_identifier));
  } else if constexpr (requires { in.log_group_name; }) {
    group = in.log_group_name;
  }
  if (group) {
    resource = group_arn(ctx.scope(), *group) + ":*";
    if constexpr (requires { in.log_stream_name; }) {
      resource = group_arn(ctx.scope(), *group) + ":log-stream:" + in.log_stream_name;
    }
  }
  return std::vector<svc::Access>{
      {.action = "logs:" + std::string(Op::kDescription.name), .resource = std::move(resource)}};
}

}  // namespace

void register_operations(svc::Registry& r) {
  r.add<api::CreateLogGroup>({.run = create_log_group, .access = access<api::CreateLogGroup>});
  r.add<api::CreateLogStream>({.run = create_log_stream, .access = access<api::CreateLogStream>});
  r.add<api::DeleteLogGroup>(
      {.run = delete_log_group, .access = access<api::DeleteLogGroup>, .blocking = true});
  r.add<api::DeleteLogStream>(
      {.run = delete_log_stream, .access = access<api::DeleteLogStream>, .blocking = true});
  r.add<api::DeleteRetentionPolicy>(
      {.run = delete_retention_policy, .access = access<api::DeleteRetentionPolicy>});
  r.add<api::DescribeLogGroups>(
      {.run = describe_log_groups, .access = access<api::DescribeLogGroups>, .blocking = true});
  r.add<api::DescribeLogStreams>(
      {.run = describe_log_streams, .access = access<api::DescribeLogStreams>, .blocking = true});
  r.add<api::DescribeSubscriptionFilters>(
      {.run = describe_subscription_filters, .access = access<api::DescribeSubscriptionFilters>});
  r.add<api::FilterLogEvents>(
      {.run = filter_log_events, .access = access<api::FilterLogEvents>, .blocking = true});
  r.add<api::GetLogEvents>(
      {.run = get_log_events, .access = access<api::GetLogEvents>, .blocking = true});
  r.add<api::ListTagsForResource>(
      {.run = list_tags_for_resource, .access = access<api::ListTagsForResource>});
  r.add<api::ListTagsLogGroup>(
      {.run = list_tags_log_group, .access = access<api::ListTagsLogGroup>});
  r.add<api::PutLogEvents>({.run = put_log_events, .access = access<api::PutLogEvents>});
  r.add<api::PutRetentionPolicy>(
      {.run = put_retention_policy, .access = access<api::PutRetentionPolicy>});
  r.add<api::TagLogGroup>({.run = tag_log_group, .access = access<api::TagLogGroup>});
  r.add<api::TagResource>({.run = tag_resource, .access = access<api::TagResource>});
  r.add<api::UntagLogGroup>({.run = untag_log_group, .access = access<api::UntagLogGroup>});
  r.add<api::UntagResource>({.run = untag_resource, .access = access<api::UntagResource>});
}

}  // namespace millrace::logs
