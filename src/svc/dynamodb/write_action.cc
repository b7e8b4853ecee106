#include "svc/dynamodb/write_action.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/attribute_value_json.h"
#include "svc/dynamodb/limits.h"

namespace millrace::dynamodb {

using codec::AttributeValue;
using codec::Item;
using Kind = WriteAction::Kind;

namespace {

bool is_given(const std::optional<std::string>* text) {
  return text != nullptr && text->has_value();
}

Status parse_expressions(const WriteAction& action, ParseOrder order,
                         expr::Placeholders& placeholders, ParsedWrite& parsed) {
  const auto parse_condition = [&]() -> Status {
    if (!is_given(action.condition)) return ok_status();
    MR_ASSIGN(parsed.condition,
              expr::parse_condition("ConditionExpression", **action.condition, placeholders));
    return ok_status();
  };
  if (order == ParseOrder::kConditionFirst) MR_TRY(parse_condition());
  if (is_given(action.update)) {
    MR_ASSIGN(parsed.update, expr::parse_update(**action.update, placeholders));
  }
  if (order == ParseOrder::kUpdateFirst) MR_TRY(parse_condition());
  return placeholders.check_all_used();
}

bool is_key_attribute(const KeySchema& key, std::string_view name) {
  return key.hash.name == name || (key.range && key.range->name == name);
}

// A SET whose value is known to be of the wrong type for an index key.
Status check_static_type(const Table& table, const expr::UpdateAction& action) {
  if (action.path.is_nested() || action.value.kind != expr::UpdateValue::Kind::kValue ||
      action.kind == expr::UpdateAction::Kind::kRemove) {
    return ok_status();
  }
  for (const Index& index : table.indexes) {
    for (const KeyAttribute* key :
         {&index.key.hash, index.key.range ? &*index.key.range : nullptr}) {
      if (key == nullptr || key->name != action.path.head()) continue;
      if (action.value.value->is(key->type)) continue;
      return invalid_parameters(fmt::format(
          "Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}", key->name,
          AttributeValue::type_name(key->type), action.value.value->type_name(), index.name));
    }
  }
  return ok_status();
}

Status check_update(const Table& table, const expr::Update& update) {
  for (const auto& action : update.actions) {
    if (is_key_attribute(table.key, action.path.head())) {
      return invalid_parameters(fmt::format(
          "Cannot update attribute {}. This attribute is part of the key", action.path.head()));
    }
  }
  for (const auto& action : update.actions) {
    MR_TRY(check_no_path_into_key(table, action.path));
    MR_TRY(check_static_type(table, action));
  }
  return ok_status();
}

Status check_condition(const Table& table, const expr::Condition& condition) {
  Status status;
  expr::for_each_path(condition, [&](const expr::Path& path) {
    if (status.ok()) status = check_no_path_into_key(table, path);
  });
  return status;
}

Error condition_failed(const WriteAction& action, const std::optional<StoredItem>& before) {
  Error error("ConditionalCheckFailedException", 400, "The conditional request failed");
  if (!action.old_item_on_failure || !before) return error;
  std::string json;
  codec::append_json(json, before->item);
  return std::move(error).with_member("Item", std::move(json));
}

// An update of a missing item that only takes away does not make it.
bool makes_item(const std::optional<expr::Update>& update) {
  using ActionKind = expr::UpdateAction::Kind;
  if (!update) return true;
  return std::ranges::any_of(update->actions, [](const expr::UpdateAction& action) {
    return action.kind == ActionKind::kSet || action.kind == ActionKind::kAdd;
  });
}

Result<std::optional<Item>> updated(const Table& table, const WriteAction& action,
                                    const ParsedWrite& parsed,
                                    const std::optional<StoredItem>& before) {
  if (!before && !makes_item(parsed.update)) {
    // Its paths must be possible all the same.
    Item missing = *action.subject;
    MR_TRY(expr::apply(*parsed.update, missing));
    return std::optional<Item>();
  }
  Item item = before ? before->item : *action.subject;
  if (parsed.update) MR_TRY(expr::apply(*parsed.update, item));
  MR_TRY(check_updated_index_keys(table, item));
  if (codec::size_bytes(item) > kItemBytesMax) {
    return validation("Item size to update has exceeded the maximum allowed size");
  }
  for (const auto& [name, value] : item) {
    if (codec::nesting_levels(value) > codec::kNestingLevelsMax) {
      return validation(
          "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
          "levels "
          "beyond supported limit");
    }
  }
  return std::optional(std::move(item));
}

}  // namespace

Status check_no_path_into_key(const Table& table, const expr::Path& path) {
  if (!path.is_nested()) return ok_status();
  constexpr char kMessage[] =
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
      "allowed: ";
  if (is_key_attribute(table.key, path.head())) {
    return validation(fmt::format("{}Key: {}", kMessage, path.head()));
  }
  for (const Index& index : table.indexes) {
    if (is_key_attribute(index.key, path.head())) {
      return validation(fmt::format("{}IndexKey: {}", kMessage, path.head()));
    }
  }
  return ok_status();
}

namespace {

Status check_operator(const WriteAction& action) {
  if (action.conditional_operator == nullptr) return ok_status();
  const bool has = action.expected != nullptr && action.expected->has_value();
  return check_conditional_operator(*action.conditional_operator,
                                    has ? (*action.expected)->size() : 0);
}

Status parse_legacy(const WriteAction& action, ParsedWrite& parsed) {
  if (action.attribute_updates != nullptr && action.attribute_updates->has_value()) {
    MR_ASSIGN(parsed.update, read_attribute_updates(**action.attribute_updates));
  }
  if (action.expected == nullptr || !action.expected->has_value()) return ok_status();
  MR_ASSIGN(parsed.condition, read_expected(**action.expected, *action.conditional_operator));
  return ok_status();
}

}  // namespace

Result<ParsedWrite> parse_write(const WriteAction& action, ParseOrder order) {
  MR_TRY(check_attribute_names(*action.subject));
  MR_TRY(check_parameters(action.parameters));
  MR_TRY(check_operator(action));
  ParsedWrite parsed;
  expr::Placeholders placeholders = placeholders_of(action.parameters);
  if (action.kind == Kind::kPut) MR_TRY(check_values(*action.subject, action.parameters.layer));
  MR_TRY(parse_legacy(action, parsed));
  MR_TRY(parse_expressions(action, order, placeholders, parsed));
  if (action.kind != Kind::kPut) MR_TRY(check_values(*action.subject, action.parameters.layer));
  if (action.kind == Kind::kPut && codec::size_bytes(*action.subject) > kItemBytesMax) {
    return validation("Item size has exceeded the maximum allowed size");
  }
  return parsed;
}

Result<WriteOutcome> run_write(svc::Context& ctx, const Table& table, const WriteAction& action,
                               const ParsedWrite& parsed, KeyWording key_wording) {
  if (action.kind == Kind::kPut) {
    MR_TRY(check_item_keys(table, *action.subject, key_wording));
  } else {
    MR_TRY(check_key(table, *action.subject));
  }
  if (parsed.update) MR_TRY(check_update(table, *parsed.update));
  if (parsed.condition) MR_TRY(check_condition(table, *parsed.condition));

  WriteOutcome outcome;
  const std::string store_key = item_store_key(table, *action.subject);
  MR_ASSIGN(outcome.before, read_item(ctx.txn(), store_key, Tracking::kTracked));
  if (parsed.condition) {
    static const Item kNoItem;
    if (!expr::matches(*parsed.condition, outcome.before ? outcome.before->item : kNoItem)) {
      return condition_failed(action, outcome.before);
    }
  }
  switch (action.kind) {
    case Kind::kCheck:
      outcome.consumed.table = write_units(outcome.before ? outcome.before->size_bytes() : 0);
      return outcome;
    case Kind::kPut: outcome.after = *action.subject; break;
    case Kind::kDelete: break;
    case Kind::kUpdate: {
      MR_ASSIGN(outcome.after, updated(table, action, parsed, outcome.before));
      if (!outcome.after && !outcome.before) {
        outcome.consumed.table = write_units(0);
        return outcome;
      }
      break;
    }
  }
  const ItemChange change{store_key, outcome.before, outcome.after ? &*outcome.after : nullptr};
  MR_ASSIGN(outcome.consumed, apply_change(ctx.txn(), table, ctx.now(), change));
  return outcome;
}

}  // namespace millrace::dynamodb
