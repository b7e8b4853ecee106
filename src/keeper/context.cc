#include "keeper/context.h"

#include <algorithm>

namespace millrace::keeper {

int64_t WorkerContext::watermark_ms() const {
  if (shard_watermarks_ms.empty()) return 0;
  return std::ranges::min_element(shard_watermarks_ms, {},
                                  [](const auto& entry) { return entry.second; })
      ->second;
}

aws::dynamodb::TransactWriteItem write_of(const WorkerContext& context, const codec::Item& key,
                                          const std::optional<codec::Item>& image, Phase phase) {
  const std::string& table = context.config.target_table;
  if (image) return {.put = aws::dynamodb::Put{.item = *image, .table_name = table}};
  if (phase == Phase::kLive || !context.config.protections.tombstones) {
    return {.delete_ = aws::dynamodb::Delete{.key = key, .table_name = table}};
  }
  codec::Item tombstone = key;
  tombstone[kTombstoneAttribute] = codec::AttributeValue::of_bool(true);
  return {.put = aws::dynamodb::Put{.item = std::move(tombstone), .table_name = table}};
}

aws::dynamodb::TransactWriteItem check_of_owner(const WorkerContext& context, Phase phase) {
  Expression expression;
  aws::dynamodb::ConditionCheck check;
  check.table_name = context.coordination.table();
  check.key = context.coordination.key("META");
  check.condition_expression = expression.equals("fence", number(context.fence)) + " AND " +
                               expression.equals("ph", text(phase_text(phase)));
  check.expression_attribute_names = expression.names;
  check.expression_attribute_values = expression.values;
  return {.condition_check = std::move(check)};
}

int64_t pause_ms(Io& io, int attempt) {
  const int64_t ceiling = std::min<int64_t>(5'000, 20LL << std::min(attempt, 10));
  return static_cast<int64_t>(io.rng().next() % static_cast<uint64_t>(ceiling)) + 1;
}

}  // namespace millrace::keeper
