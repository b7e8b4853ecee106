// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
#include <fmt/format.h>

#include <algorithm>

#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/stream.h"
#include "svc/dynamodb/table_description.h"
#include "svc/dynamodb/tags.h"
#include "svc/dynamodb/work.h"

namespace millrace::dynamodb {

Result<api::DeleteTableOutput> delete_table(svc::Context& ctx, const api::DeleteTableInput& in) {
  MR_ASSIGN(TablePtr found, existing_table(ctx, in.table_name));
  if (found->gone_at) {
    return resource_in_use(fmt::format(
        "Attempt to change a resource which is still in use: Table is being deleted: {}",
        found->name));
  }
  if (ctx.now() < found->active_at) {
    return resource_in_use(fmt::format(
        "Attempt to change a resource which is still in use: Table is being created: {}",
        found->name));
  }
  if (found->deletion_protection) {
    return validation(
        fmt::format("Resource cannot be deleted as it is currently protected against deletion. "
                    "Disable deletion "
                    "protection first."));
  }
  if (std::ranges::any_of(found->indexes, &Index::backfilling)) {
    return resource_in_use(
        "Attempt to change a resource which is still in use: Cannot delete table while indexes are "
        "being created, updated, or deleted.");
  }
  Table table = *found;
  table.gone_at = ctx.now().plus_ms(kTableTransitionMs);
  api::DeleteTableOutput out;
  MR_ASSIGN(out.table_description, describe(ctx, table));
  if (table.stream) MR_TRY(disable_stream(ctx, table));
  save_tags(ctx.txn(), ctx.scope(), table.name, {});
  save_table(ctx.txn(), table);
  const Work purge{
      .kind = WorkKind::kPurgeTable, .scope = ctx.scope(), .name = table.name, .id = table.id};
  MR_TRY(begin_work(ctx, purge));
  return out;
}

}  // namespace millrace::dynamodb
