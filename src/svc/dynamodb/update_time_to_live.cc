// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
#include <fmt/format.h>

#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/table.h"
#include "svc/dynamodb/work.h"

namespace millrace::dynamodb {

namespace {

Status enable(svc::Context& ctx, const std::string& attribute, Table& table) {
  if (table.ttl && table.ttl->attribute != attribute) {
    return validation(fmt::format(
        "TimeToLive is active on a different AttributeName: current AttributeName is {}",
        table.ttl->attribute));
  }
  if (table.ttl) return validation("TimeToLive is already enabled");
  if (attribute.empty()) return validation("AttributeName must not be empty");
  table.ttl = TimeToLive{attribute, true};
  const Work expire{
      .kind = WorkKind::kExpireItems, .scope = ctx.scope(), .name = table.name, .id = table.id};
  MR_TRY(note_work(ctx.txn(), expire));
  Work backfill = expire;
  backfill.kind = WorkKind::kBackfillExpiry;
  return begin_work(ctx, backfill);
}

Status disable(const std::string& attribute, Table& table) {
  if (!table.ttl) return validation("TimeToLive is already disabled");
  if (table.ttl->attribute != attribute) {
    return validation(fmt::format(
        "TimeToLive is active on a different AttributeName: current AttributeName is {}",
        table.ttl->attribute));
  }
  table.ttl.reset();
  return ok_status();
}

}  // namespace

Result<api::UpdateTimeToLiveOutput> update_time_to_live(svc::Context& ctx,
                                                        const api::UpdateTimeToLiveInput& in) {
  MR_ASSIGN(TablePtr found, existing_table(ctx, in.table_name));
  if (found->gone_at) return resource_not_found();
  Table table = *found;
  const auto& specification = in.time_to_live_specification;
  MR_TRY(specification.enabled ? enable(ctx, specification.attribute_name, table)
                               : disable(specification.attribute_name, table));
  table.ttl_changed_at = ctx.now();
  save_table(ctx.txn(), table);
  return api::UpdateTimeToLiveOutput{.time_to_live_specification = specification};
}

}  // namespace millrace::dynamodb
