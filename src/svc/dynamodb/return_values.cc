#include "svc/dynamodb/return_values.h"

#include <algorithm>

#include "expr/projection.h"

namespace millrace::dynamodb {

Status check_return_values(const std::optional<std::string>& return_values) {
  if (!return_values || *return_values == "NONE" || *return_values == "ALL_OLD") return ok_status();
  return validation("ReturnValues can only be ALL_OLD or NONE");
}

std::optional<codec::Item> returned_attributes(const std::optional<std::string>& return_values,
                                               const WriteOutcome& outcome,
                                               const std::optional<expr::Update>& update) {
  const std::string kind = return_values.value_or("NONE");
  const codec::Item* from = nullptr;
  if (kind == "ALL_OLD" || kind == "UPDATED_OLD") {
    if (outcome.before) from = &outcome.before->item;
  } else if (kind == "ALL_NEW" || kind == "UPDATED_NEW") {
    if (outcome.after) from = &*outcome.after;
  }
  if (from == nullptr) return std::nullopt;
  if (kind == "ALL_OLD" || kind == "ALL_NEW") return *from;
  if (!update) return std::nullopt;
  codec::Item part = expr::Projection::of_paths(update->paths()).apply(*from);
  if (part.empty()) return std::nullopt;
  return part;
}

std::optional<aws::dynamodb::ItemCollectionMetrics> collection_metrics(
    const Table& table, const std::optional<std::string>& wanted, const codec::Item& item) {
  if (wanted != "SIZE") return std::nullopt;
  const bool has_local =
      std::ranges::any_of(table.indexes, [](const Index& index) { return !index.is_global; });
  if (!has_local) return std::nullopt;
  codec::Item key;
  key.insert_or_assign(table.key.hash.name, *item.get(table.key.hash.name));
  return aws::dynamodb::ItemCollectionMetrics{.item_collection_key = std::move(key),
                                              .size_estimate_range_gb = std::vector<double>{0, 1}};
}

}  // namespace millrace::dynamodb
