// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
#include <fmt/format.h>

#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

Result<api::DescribeContinuousBackupsOutput> describe_continuous_backups(
    svc::Context& ctx, const api::DescribeContinuousBackupsInput& in) {
  MR_ASSIGN(std::string name, table_name_of(ctx, in.table_name));
  MR_ASSIGN(TablePtr table, find_table(ctx, name));
  if (!table) {
    return Error("TableNotFoundException", 400, fmt::format("Table not found: {}", name));
  }
  // Point-in-time recovery cannot be switched on here (UpdateContinuousBackups is refused).
  return api::DescribeContinuousBackupsOutput{
      .continuous_backups_description = api::ContinuousBackupsDescription{
          .continuous_backups_status = "ENABLED",
          .point_in_time_recovery_description =
              api::PointInTimeRecoveryDescription{.point_in_time_recovery_status = "DISABLED"}}};
}

}  // namespace millrace::dynamodb
