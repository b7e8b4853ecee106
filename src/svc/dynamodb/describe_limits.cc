// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html
#include "svc/dynamodb/handlers.h"

namespace millrace::dynamodb {

Result<api::DescribeLimitsOutput> describe_limits(svc::Context&, const api::DescribeLimitsInput&) {
  return api::DescribeLimitsOutput{.account_max_read_capacity_units = 80'000,
                                   .account_max_write_capacity_units = 80'000,
                                   .table_max_read_capacity_units = 40'000,
                                   .table_max_write_capacity_units = 40'000};
}

}  // namespace millrace::dynamodb
