#include "keeper/coordination.h"

#include <algorithm>

#include "client/retry.h"
#include "codec/attribute_value_json.h"
#include "codec/json.h"

namespace millrace::keeper {

using codec::AttributeValue;
using codec::Item;

std::string_view phase_text(Phase phase) { return phase == Phase::kCopy ? "COPY" : "LIVE"; }

AttributeValue text(std::string_view value) { return AttributeValue::of_s(std::string(value)); }
AttributeValue number(int64_t value) { return AttributeValue::of_n(codec::Decimal(value)); }

int64_t number_of(const Item& item, std::string_view name) {
  const AttributeValue* value = item.get(name);
  int64_t out = 0;
  if (value == nullptr || !value->is(AttributeValue::Type::kN)) return 0;
  return value->n().to_int64(out) ? out : 0;
}

std::string text_of(const Item& item, std::string_view name) {
  const AttributeValue* value = item.get(name);
  return value != nullptr && value->is(AttributeValue::Type::kS) ? value->s() : std::string();
}

MetaRow meta_from(const Item& item) {
  return {.state = text_of(item, "state"),
          .fence = number_of(item, "fence"),
          .phase = text_of(item, "ph") == "LIVE" ? Phase::kLive : Phase::kCopy,
          .owner = text_of(item, "owner"),
          .worker = text_of(item, "worker"),
          .beat = number_of(item, "beat"),
          .stream = text_of(item, "stream"),
          .watermark_ms = number_of(item, "wm"),
          .segments = number_of(item, "segments")};
}

ShardRow shard_from(const Item& item) {
  return {.shard = text_of(item, "k").substr(2),
          .fence = number_of(item, "fence"),
          .phase = text_of(item, "ph") == "LIVE" ? Phase::kLive : Phase::kCopy,
          .checkpoint = text_of(item, "ckpt"),
          .state = text_of(item, "state"),
          .made_ms = number_of(item, "made"),
          .watermark_ms = number_of(item, "wm"),
          .parent = text_of(item, "parent")};
}

SegmentRow segment_from(const Item& item) {
  return {.segment = std::atoll(text_of(item, "k").substr(2).c_str()),
          .fence = number_of(item, "fence"),
          .state = text_of(item, "state"),
          .page = number_of(item, "page"),
          .last_key = text_of(item, "lek"),
          .count = number_of(item, "n")};
}

Item item_of(const ShardRow& row, Item item) {
  item["fence"] = number(row.fence);
  item["ph"] = text(phase_text(row.phase));
  item["ckpt"] = text(row.checkpoint);
  item["state"] = text(row.state);
  item["made"] = number(row.made_ms);
  item["wm"] = number(row.watermark_ms);
  item["parent"] = text(row.parent);
  return item;
}

Item item_of(const SegmentRow& row, Item item) {
  item["fence"] = number(row.fence);
  item["state"] = text(row.state);
  item["page"] = number(row.page);
  item["lek"] = text(row.last_key);
  item["n"] = number(row.count);
  return item;
}

Item item_of(const ParkedRow& row, Item item) {
  std::string key;
  codec::append_json(key, row.key);
  item["key"] = text(key);
  item["seq"] = text(row.sequence);
  item["error"] = text(row.error);
  return item;
}

ParkedRow parked_from(const Item& item) {
  auto key = codec::item_from_json_text(text_of(item, "key"));
  return {.key = key.ok() ? std::move(*key) : Item(),
          .sequence = text_of(item, "seq"),
          .error = text_of(item, "error")};
}

Item Coordination::key(std::string row) const { return Item{{"t", text(task_)}, {"k", text(row)}}; }

Flow<Result<Rows>> Coordination::read(Io& io) const {
  Rows rows;
  aws::dynamodb::QueryInput input;
  input.table_name = table_;
  input.consistent_read = true;
  Expression expression;
  input.key_condition_expression = expression.equals("t", text(task_));
  input.expression_attribute_names = expression.names;
  input.expression_attribute_values = expression.values;
  while (true) {
    auto page = co_await io.call<aws::dynamodb::Query>(Side::kTarget, input);
    if (!page.ok()) {
      if (!is_passing(page.error())) co_return page.error();
      co_await io.sleep(200);
      continue;
    }
    for (const Item& item : page->items.value_or(std::vector<Item>())) {
      const std::string row = text_of(item, "k");
      if (row == "META") rows.meta = meta_from(item);
      if (row.starts_with("S#")) rows.shards.push_back(shard_from(item));
      if (row.starts_with("C#")) rows.segments.push_back(segment_from(item));
      if (row.starts_with("P#")) rows.parked.push_back(parked_from(item));
    }
    if (!page->last_evaluated_key || page->last_evaluated_key->empty()) break;
    input.exclusive_start_key = page->last_evaluated_key;
  }
  co_return rows;
}

std::string Expression::name(const std::string& attribute) {
  std::string placeholder = "#" + attribute;
  std::replace(placeholder.begin(), placeholder.end(), ':', '_');
  std::replace(placeholder.begin(), placeholder.end(), '-', '_');
  names[placeholder] = attribute;
  return placeholder;
}

std::string Expression::equals(const std::string& attribute, AttributeValue value) {
  values[":" + attribute] = std::move(value);
  return name(attribute) + " = :" + attribute;
}

std::string Expression::set(const std::string& attribute, AttributeValue value) {
  values[":new_" + attribute] = std::move(value);
  return name(attribute) + " = :new_" + attribute;
}

namespace {

// One member of each reason for which a transaction was cancelled.
std::vector<std::string> reasons_of(const Error& error, const char* member, const char* otherwise) {
  std::vector<std::string> out;
  if (error.code() != "TransactionCanceledException") return out;
  for (const auto& [name, json] : error.members()) {
    if (name != "CancellationReasons") continue;
    auto reasons = codec::Json::parse(json);
    if (!reasons.ok() || !reasons->is_array()) continue;
    for (const auto& reason : *reasons->as_array()) {
      out.emplace_back(reason.get_string(member, otherwise));
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> cancellation_codes(const Error& error) {
  return reasons_of(error, "Code", "None");
}

std::string refusal_of(const Error& error, size_t action) {
  const auto messages = reasons_of(error, "Message", "");
  return action < messages.size() && !messages[action].empty() ? messages[action] : error.message();
}

bool is_passing(const Error& error) {
  if (client::classify(error) != client::Failure::kPermanent) return true;
  if (error.code() != "TransactionCanceledException") return false;
  const auto codes = cancellation_codes(error);
  const auto passes = [](const std::string& code) {
    return code == "None" || code == "TransactionConflict" || code == "ThrottlingError" ||
           code == "ProvisionedThroughputExceeded" || code == "RequestLimitExceeded";
  };
  return !codes.empty() && std::ranges::all_of(codes, passes);
}

}  // namespace millrace::keeper
