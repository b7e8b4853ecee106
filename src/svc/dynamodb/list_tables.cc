// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/store_keys.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

namespace {
constexpr int64_t kTablesDefault = 100;
}

Result<api::ListTablesOutput> list_tables(svc::Context& ctx, const api::ListTablesInput& in) {
  store::KeyRange range = store::prefix_range(part_key(ctx.scope(), Part::kTable).key());
  if (in.exclusive_start_table_name) {
    range.start = table_record_key(ctx.scope(), *in.exclusive_start_table_name) + '\0';
  }
  const auto limit = static_cast<size_t>(in.limit.value_or(kTablesDefault));
  api::ListTablesOutput out;
  out.table_names.emplace();
  auto cursor = ctx.txn().scan_untracked(range);
  for (; cursor->valid(); cursor->next()) {
    MR_ASSIGN(TablePtr table, decode_table(cursor->value()));
    if (table->gone_at && ctx.now() >= *table->gone_at) continue;
    if (out.table_names->size() == limit) {
      out.last_evaluated_table_name = out.table_names->back();
      break;
    }
    out.table_names->push_back(table->name);
  }
  MR_TRY(cursor->status());
  return out;
}

}  // namespace millrace::dynamodb
