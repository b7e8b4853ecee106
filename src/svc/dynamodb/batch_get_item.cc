// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
#include <algorithm>
#include <set>

#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/read_action.h"

namespace millrace::dynamodb {

namespace {

struct TableRead {
  const api::KeysAndAttributes* request;
  std::optional<expr::Projection> projection;
};

// Not even between tables may the two ways to project be mixed.
Status check_not_mixed(const api::BatchGetItemInput& in) {
  const auto any = [&](auto&& given) { return std::ranges::any_of(in.request_items, given); };
  if (!any([](const auto& table) { return table.second.attributes_to_get.has_value(); }) ||
      !any([](const auto& table) { return table.second.projection_expression.has_value(); })) {
    return ok_status();
  }
  return mixed_parameters({"AttributesToGet"}, {"ProjectionExpression"});
}

Result<std::map<std::string, TableRead>> parse_all(const api::BatchGetItemInput& in) {
  MR_TRY(check_not_mixed(in));
  std::map<std::string, TableRead> reads;
  size_t keys = 0;
  for (const auto& [table_name, request] : in.request_items) {
    const ReadAction action{.projection = &request.projection_expression,
                            .names = &request.expression_attribute_names,
                            .attributes_to_get = &request.attributes_to_get};
    MR_ASSIGN(auto projection, parse_read(action));
    for (const auto& key : request.keys)
      MR_TRY(check_values(key, ValueLayer::kCurrent));
    keys += request.keys.size();
    reads[table_name] = {&request, std::move(projection)};
  }
  if (keys > kBatchGetKeysMax) {
    return validation("Too many items requested for the BatchGetItem call");
  }
  return reads;
}

// The keys' places in the store, checked and distinct.
Result<std::vector<std::string>> places_of(const Table& table, const TableRead& read) {
  const ReadAction action{.projection = nullptr, .names = nullptr};
  MR_TRY(check_read(table, action, read.projection));
  std::vector<std::string> places;
  std::set<std::string> seen;
  for (const auto& key : read.request->keys) {
    MR_TRY(check_key(table, key));
    places.push_back(item_store_key(table, key));
    if (!seen.insert(places.back()).second) {
      return validation("Provided list of item keys contains duplicates");
    }
  }
  return places;
}

// A request for the keys from `first` on, as they did not fit.
api::KeysAndAttributes rest_of(const api::KeysAndAttributes& request, size_t first) {
  api::KeysAndAttributes rest = request;
  rest.keys.erase(rest.keys.begin(), rest.keys.begin() + static_cast<ptrdiff_t>(first));
  return rest;
}

struct Answer {
  std::map<std::string, std::vector<codec::Item>> responses;
  std::map<std::string, api::KeysAndAttributes> unprocessed;
  size_t bytes = 0;
};

Result<Consumed> read_table(svc::Context& ctx, const std::string& table_name, const TableRead& read,
                            const std::vector<std::string>& places, Answer& answer) {
  const auto consistency = read.request->consistent_read.value_or(false)
                               ? ReadConsistency::kStrong
                               : ReadConsistency::kEventual;
  auto& items = answer.responses[table_name];
  Consumed consumed;
  for (size_t i = 0; i < places.size(); ++i) {
    if (answer.bytes >= kBatchGetBytesMax) {
      answer.unprocessed[table_name] = rest_of(*read.request, i);
      break;
    }
    MR_ASSIGN(auto found, read_item(ctx.txn(), places[i], Tracking::kUntracked));
    const size_t size = found ? found->size_bytes() : 0;
    answer.bytes += size;
    consumed.table += read_units(size, consistency);
    if (!found) continue;
    items.push_back(read.projection ? read.projection->apply(found->item) : std::move(found->item));
  }
  return consumed;
}

}  // namespace

Result<AccessList> batch_get_item_access(svc::Context& ctx, const api::BatchGetItemInput& in) {
  AccessList list;
  for (const auto& [table_name, request] : in.request_items) {
    std::vector<const codec::Item*> keys;
    for (const auto& key : request.keys)
      keys.push_back(&key);
    MR_ASSIGN(svc::Access access, item_access(ctx, "BatchGetItem", table_name, keys));
    list.push_back(std::move(access));
  }
  return list;
}

Result<api::BatchGetItemOutput> batch_get_item(svc::Context& ctx,
                                               const api::BatchGetItemInput& in) {
  MR_ASSIGN(auto reads, parse_all(in));
  std::map<std::string, std::pair<TablePtr, std::vector<std::string>>> places;
  for (const auto& [table_name, read] : reads) {
    MR_ASSIGN(TablePtr table, active_table(ctx, table_name));
    MR_ASSIGN(auto keys, places_of(*table, read));
    places[table_name] = {std::move(table), std::move(keys)};
  }
  api::BatchGetItemOutput out;
  Answer answer;
  double units = 0;
  for (const auto& [table_name, read] : reads) {
    const auto& [table, keys] = places[table_name];
    MR_ASSIGN(Consumed consumed, read_table(ctx, table_name, read, keys, answer));
    units += consumed.total();
    if (auto reported = report(in.return_consumed_capacity, table->name, consumed)) {
      if (!out.consumed_capacity) out.consumed_capacity.emplace();
      out.consumed_capacity->push_back(std::move(*reported));
    }
  }
  count_units(ctx, CapacityKind::kRead, units);
  out.responses = std::move(answer.responses);
  out.unprocessed_keys = std::move(answer.unprocessed);
  return out;
}

}  // namespace millrace::dynamodb
