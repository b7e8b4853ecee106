// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/table_description.h"

namespace millrace::dynamodb {

Result<api::DescribeTableOutput> describe_table(svc::Context& ctx,
                                                const api::DescribeTableInput& in) {
  MR_ASSIGN(TablePtr table, existing_table(ctx, in.table_name));
  api::DescribeTableOutput out;
  MR_ASSIGN(out.table, describe(ctx, *table));
  return out;
}

}  // namespace millrace::dynamodb
