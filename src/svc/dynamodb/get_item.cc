// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/read_action.h"

namespace millrace::dynamodb {

Result<api::GetItemOutput> get_item(svc::Context& ctx, const api::GetItemInput& in) {
  const ReadAction action{.key = &in.key,
                          .projection = &in.projection_expression,
                          .names = &in.expression_attribute_names,
                          .attributes_to_get = &in.attributes_to_get};
  MR_ASSIGN(auto projection, parse_read(action));
  MR_ASSIGN(TablePtr table, active_table(ctx, in.table_name));
  MR_TRY(check_read(*table, action, projection));

  MR_ASSIGN(auto found, read_item(ctx.txn(), item_store_key(*table, in.key), Tracking::kUntracked));
  Consumed consumed;
  consumed.table = read_units(found ? found->size_bytes() : 0, in.consistent_read.value_or(false)
                                                                   ? ReadConsistency::kStrong
                                                                   : ReadConsistency::kEventual);
  count_units(ctx, CapacityKind::kRead, consumed.total());

  api::GetItemOutput out;
  if (found) out.item = projection ? projection->apply(found->item) : std::move(found->item);
  out.consumed_capacity = report(in.return_consumed_capacity, table->name, consumed);
  return out;
}

}  // namespace millrace::dynamodb
