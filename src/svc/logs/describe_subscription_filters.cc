#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeSubscriptionFilters.html
Answer<api::DescribeSubscriptionFilters> describe_subscription_filters(
    svc::Context& ctx, const api::DescribeSubscriptionFilters::Input& in) {
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  // There are none: PutSubscriptionFilter is refused.
  api::DescribeSubscriptionFilters::Output out;
  out.subscription_filters.emplace();
  return out;
}

}  // namespace millrace::logs
