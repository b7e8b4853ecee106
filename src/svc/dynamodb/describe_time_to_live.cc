// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

Result<api::DescribeTimeToLiveOutput> describe_time_to_live(
    svc::Context& ctx, const api::DescribeTimeToLiveInput& in) {
  MR_ASSIGN(TablePtr table, existing_table(ctx, in.table_name));
  api::TimeToLiveDescription description{.time_to_live_status = "DISABLED"};
  if (table->ttl) {
    description.time_to_live_status = table->ttl->backfilling ? "ENABLING" : "ENABLED";
    description.attribute_name = table->ttl->attribute;
  }
  return api::DescribeTimeToLiveOutput{.time_to_live_description = std::move(description)};
}

}  // namespace millrace::dynamodb
