// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
#include <set>

#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/return_values.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

namespace {

const std::optional<std::map<std::string, std::string>> kNoNames;

Result<WriteAction> action_of(const api::WriteRequest& request) {
  if (request.put_request.has_value() == request.delete_request.has_value()) {
    return validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
        "supported datatypes");
  }
  WriteAction action{
      .parameters = {.names = &kNoNames, .values = nullptr, .layer = ValueLayer::kOlder}};
  action.kind = request.put_request ? WriteAction::Kind::kPut : WriteAction::Kind::kDelete;
  action.subject = request.put_request ? &request.put_request->item : &request.delete_request->key;
  return action;
}

struct TableWrites {
  TablePtr table;
  std::vector<WriteAction> actions;
};

Status check_targets(const TableWrites& writes) {
  std::set<std::string> seen;
  for (const WriteAction& action : writes.actions) {
    MR_TRY(action.kind == WriteAction::Kind::kPut
               ? check_item_keys(*writes.table, *action.subject, KeyWording::kSchema)
               : check_key(*writes.table, *action.subject));
    if (!seen.insert(item_store_key(*writes.table, *action.subject)).second) {
      return validation("Provided list of item keys contains duplicates");
    }
  }
  return ok_status();
}

Result<std::map<std::string, TableWrites>> parse_all(const api::BatchWriteItemInput& in) {
  std::map<std::string, TableWrites> writes;
  size_t count = 0;
  for (const auto& [table_name, requests] : in.request_items) {
    for (const auto& request : requests) {
      MR_ASSIGN(WriteAction action, action_of(request));
      MR_ASSIGN(ParsedWrite ignored, parse_write(action, ParseOrder::kConditionFirst));
      writes[table_name].actions.push_back(std::move(action));
      ++count;
    }
  }
  if (count > kBatchWriteRequestsMax) {
    return validation("Too many items requested for the BatchWriteItem call");
  }
  return writes;
}

}  // namespace

Result<AccessList> batch_write_item_access(svc::Context& ctx, const api::BatchWriteItemInput& in) {
  AccessList list;
  for (const auto& [table_name, requests] : in.request_items) {
    std::vector<const codec::Item*> items;
    for (const auto& request : requests) {
      if (request.put_request) items.push_back(&request.put_request->item);
      if (request.delete_request) items.push_back(&request.delete_request->key);
    }
    MR_ASSIGN(svc::Access access, item_access(ctx, "BatchWriteItem", table_name, items));
    list.push_back(std::move(access));
  }
  return list;
}

Result<api::BatchWriteItemOutput> batch_write_item(svc::Context& ctx,
                                                   const api::BatchWriteItemInput& in) {
  MR_ASSIGN(auto writes, parse_all(in));
  for (auto& [table_name, table_writes] : writes) {
    MR_ASSIGN(table_writes.table, active_table(ctx, table_name));
    MR_TRY(check_targets(table_writes));
  }
  api::BatchWriteItemOutput out;
  out.unprocessed_items.emplace();
  double units = 0;
  for (const auto& [table_name, table_writes] : writes) {
    const Table& table = *table_writes.table;
    Consumed consumed;
    std::vector<api::ItemCollectionMetrics> metrics;
    for (const WriteAction& action : table_writes.actions) {
      MR_ASSIGN(WriteOutcome outcome,
                run_write(ctx, table, action, ParsedWrite{}, KeyWording::kSchema));
      consumed.add(outcome.consumed);
      if (auto metric =
              collection_metrics(table, in.return_item_collection_metrics, *action.subject)) {
        metrics.push_back(std::move(*metric));
      }
    }
    units += consumed.total();
    if (!metrics.empty()) {
      if (!out.item_collection_metrics) out.item_collection_metrics.emplace();
      (*out.item_collection_metrics)[table_name] = std::move(metrics);
    }
    if (auto reported = report(in.return_consumed_capacity, table.name, consumed)) {
      if (!out.consumed_capacity) out.consumed_capacity.emplace();
      out.consumed_capacity->push_back(std::move(*reported));
    }
  }
  count_units(ctx, CapacityKind::kWrite, units);
  return out;
}

}  // namespace millrace::dynamodb
