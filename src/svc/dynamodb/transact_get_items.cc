// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html
#include <set>

#include "svc/dynamodb/cancellation.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/read_action.h"

namespace millrace::dynamodb {

namespace {

struct Read {
  const api::Get* get;
  std::optional<expr::Projection> projection;
  TablePtr table;
};

ReadAction action_of(const api::Get& get) {
  return {.key = &get.key,
          .projection = &get.projection_expression,
          .names = &get.expression_attribute_names,
          .layer = ValueLayer::kOlder};
}

Result<std::vector<Read>> parse_all(svc::Context& ctx, const api::TransactGetItemsInput& in) {
  std::vector<Read> reads;
  for (const auto& item : in.transact_items) {
    MR_ASSIGN(auto projection, parse_read(action_of(item.get)));
    reads.push_back({&item.get, std::move(projection), nullptr});
  }
  for (Read& read : reads) {
    MR_ASSIGN(read.table, active_table(ctx, read.get->table_name));
    MR_TRY(check_key_not_empty(*read.table, read.get->key));
  }
  return reads;
}

// Whether every key fits its table; a transaction is cancelled where one does not.
Status check_keys(const std::vector<Read>& reads) {
  Cancellation cancellation;
  std::set<std::string> seen;
  for (const Read& read : reads) {
    if (Status status = check_read(*read.table, action_of(*read.get), read.projection);
        !status.ok()) {
      cancellation.add_failure(status.error());
      continue;
    }
    cancellation.add_success();
    if (!seen.insert(item_store_key(*read.table, read.get->key)).second) {
      return validation("Transaction request cannot include multiple operations on one item");
    }
  }
  if (cancellation.has_failure()) return cancellation.to_error();
  return ok_status();
}

}  // namespace

Result<AccessList> transact_get_items_access(svc::Context& ctx,
                                             const api::TransactGetItemsInput& in) {
  AccessList list;
  for (const auto& item : in.transact_items) {
    MR_ASSIGN(svc::Access access,
              item_access(ctx, "GetItem", item.get.table_name, {&item.get.key}));
    list.push_back(std::move(access));
  }
  return list;
}

Result<api::TransactGetItemsOutput> transact_get_items(svc::Context& ctx,
                                                       const api::TransactGetItemsInput& in) {
  MR_ASSIGN(std::vector<Read> reads, parse_all(ctx, in));
  MR_TRY(check_keys(reads));
  api::TransactGetItemsOutput out;
  out.responses.emplace();
  std::map<std::string, Consumed> consumed;
  double units = 0;
  size_t bytes = 0;
  for (const Read& read : reads) {
    MR_ASSIGN(auto found,
              read_item(ctx.txn(), item_store_key(*read.table, read.get->key), Tracking::kTracked));
    const size_t size = found ? found->size_bytes() : 0;
    bytes += size;
    const double read_cost = read_units(size, ReadConsistency::kTransactional);
    consumed[read.table->name].table += read_cost;
    units += read_cost;
    api::ItemResponse response;
    if (found) {
      response.item =
          read.projection ? read.projection->apply(found->item) : std::move(found->item);
    }
    out.responses->push_back(std::move(response));
  }
  if (bytes > kTransactBytesMax) {
    return validation("The aggregate size of the items in the transaction cannot exceed 4 MB");
  }
  count_units(ctx, CapacityKind::kRead, units);
  for (const auto& [name, table_consumed] : consumed) {
    auto reported = report_transactional(in.return_consumed_capacity, name, table_consumed,
                                         CapacityKind::kRead);
    if (!reported) break;
    if (!out.consumed_capacity) out.consumed_capacity.emplace();
    out.consumed_capacity->push_back(std::move(*reported));
  }
  return out;
}

}  // namespace millrace::dynamodb
