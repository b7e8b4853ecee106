// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
#include <set>

#include "base/hash.h"
#include "codec/attribute_value_disk.h"
#include "svc/dynamodb/cancellation.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/return_values.h"
#include "svc/dynamodb/transaction_token.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

namespace {

using Kind = WriteAction::Kind;

// What Put, Update, Delete and ConditionCheck have in common.
template <class Part>
WriteAction common(Kind kind, const Part& part, const codec::Item& subject) {
  WriteAction action{.kind = kind, .table_name = part.table_name, .subject = &subject};
  action.parameters.names = &part.expression_attribute_names;
  action.parameters.values = &part.expression_attribute_values;
  action.parameters.layer = ValueLayer::kOlder;
  action.old_item_on_failure = part.return_values_on_condition_check_failure == "ALL_OLD";
  return action;
}

void set_condition(WriteAction& action, const std::optional<std::string>& condition) {
  action.condition = &condition;
  action.parameters.expressions.push_back({"ConditionExpression", condition.has_value(), true});
}

// A request's action. Its texts that are required in the model, and so no optionals, are kept in
// `texts`, which must stay where it is.
struct Action {
  WriteAction write;
  std::optional<std::string> required_text;
  ParsedWrite parsed;
  TablePtr table;
};

Status set_action(const api::TransactWriteItem& item, Action& action) {
  const int given = item.put.has_value() + item.update.has_value() + item.delete_.has_value() +
                    item.condition_check.has_value();
  if (given != 1) {
    return validation("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  if (item.put) {
    action.write = common(Kind::kPut, *item.put, item.put->item);
    set_condition(action.write, item.put->condition_expression);
  } else if (item.delete_) {
    action.write = common(Kind::kDelete, *item.delete_, item.delete_->key);
    set_condition(action.write, item.delete_->condition_expression);
  } else if (item.condition_check) {
    action.write = common(Kind::kCheck, *item.condition_check, item.condition_check->key);
    action.required_text = item.condition_check->condition_expression;
    set_condition(action.write, action.required_text);
  } else {
    action.write = common(Kind::kUpdate, *item.update, item.update->key);
    action.required_text = item.update->update_expression;
    action.write.update = &action.required_text;
    action.write.parameters.expressions.push_back({"UpdateExpression", true, true});
    set_condition(action.write, item.update->condition_expression);
  }
  return ok_status();
}

// In the order of AWS: every action by itself, then the tables, then the targets.
Result<std::vector<Action>> parse_all(svc::Context& ctx, const api::TransactWriteItemsInput& in) {
  std::vector<Action> actions(in.transact_items.size());
  size_t bytes = 0;
  for (size_t i = 0; i < actions.size(); ++i) {
    MR_TRY(set_action(in.transact_items[i], actions[i]));
    MR_ASSIGN(actions[i].parsed, parse_write(actions[i].write, ParseOrder::kUpdateFirst));
    bytes += codec::size_bytes(*actions[i].write.subject);
  }
  if (bytes > kTransactBytesMax) {
    return validation("The aggregate size of the items in the transaction cannot exceed 4 MB");
  }
  for (Action& action : actions) {
    MR_ASSIGN(action.table, active_table(ctx, action.write.table_name));
    MR_TRY(check_key_not_empty(*action.table, *action.write.subject));
  }
  std::set<std::string> seen;
  for (const Action& action : actions) {
    const codec::Item& subject = *action.write.subject;
    const bool usable = action.write.kind == Kind::kPut
                            ? check_item_keys(*action.table, subject).ok()
                            : check_key(*action.table, subject).ok();
    if (usable && !seen.insert(item_store_key(*action.table, subject)).second) {
      return validation("Transaction request cannot include multiple operations on one item");
    }
  }
  return actions;
}

// Identifies what the request asks for, for its token.
std::string fingerprint(const std::vector<Action>& actions) {
  std::string all;
  const auto add = [&](std::string_view text) {
    all += text;
    all += '\0';
  };
  for (const Action& action : actions) {
    all += static_cast<char>(action.write.kind);
    add(action.write.table_name);
    add(codec::encode_item(*action.write.subject));
    for (const auto* text : {action.write.condition, action.write.update}) {
      add(text != nullptr && text->has_value() ? std::string_view(**text) : std::string_view());
    }
    if (action.write.parameters.names->has_value()) {
      for (const auto& [key, name] : **action.write.parameters.names) {
        add(key);
        add(name);
      }
    }
    if (action.write.parameters.values->has_value()) {
      add(codec::encode_item(**action.write.parameters.values));
    }
  }
  return sha256(all);
}

struct Totals {
  std::map<std::string, Consumed> tables;
  std::map<std::string, std::vector<api::ItemCollectionMetrics>> metrics;
};

Result<Totals> run_all(svc::Context& ctx, const api::TransactWriteItemsInput& in,
                       const std::vector<Action>& actions) {
  Totals totals;
  Cancellation cancellation;
  for (const Action& action : actions) {
    auto outcome = run_write(ctx, *action.table, action.write, action.parsed);
    if (!outcome.ok()) {
      if (!Cancellation::can_add(outcome.error())) return std::move(outcome).error();
      cancellation.add_failure(outcome.error());
      continue;
    }
    cancellation.add_success();
    outcome->consumed.multiply(2);
    totals.tables[action.table->name].add(outcome->consumed);
    if (auto metric = collection_metrics(*action.table, in.return_item_collection_metrics,
                                         *action.write.subject)) {
      totals.metrics[action.table->name].push_back(std::move(*metric));
    }
  }
  if (cancellation.has_failure()) return cancellation.to_error();
  return totals;
}

// What a repeated request consumes: the reading of its items.
Result<Totals> read_all(svc::Context& ctx, const std::vector<Action>& actions) {
  Totals totals;
  for (const Action& action : actions) {
    MR_ASSIGN(auto found, read_item(ctx.txn(), item_store_key(*action.table, *action.write.subject),
                                    Tracking::kUntracked));
    totals.tables[action.table->name].table +=
        read_units(found ? found->size_bytes() : 0, ReadConsistency::kTransactional);
  }
  return totals;
}

constexpr std::string_view action_name(Kind kind) {
  switch (kind) {
    case Kind::kPut: return "PutItem";
    case Kind::kUpdate: return "UpdateItem";
    case Kind::kDelete: return "DeleteItem";
    case Kind::kCheck: return "ConditionCheckItem";
  }
  return "";
}

}  // namespace

Result<AccessList> transact_write_items_access(svc::Context& ctx,
                                               const api::TransactWriteItemsInput& in) {
  AccessList list;
  for (const auto& item : in.transact_items) {
    Action action;
    if (!set_action(item, action).ok()) continue;  // the operation refuses it
    MR_ASSIGN(svc::Access access, item_access(ctx, action_name(action.write.kind),
                                              action.write.table_name, {action.write.subject}));
    list.push_back(std::move(access));
  }
  return list;
}

Result<api::TransactWriteItemsOutput> transact_write_items(svc::Context& ctx,
                                                           const api::TransactWriteItemsInput& in) {
  MR_ASSIGN(std::vector<Action> actions, parse_all(ctx, in));
  auto state = TokenState::kNew;
  if (in.client_request_token) {
    MR_ASSIGN(state, claim_token(ctx, *in.client_request_token, fingerprint(actions)));
  }
  const bool repeated = state == TokenState::kRepeated;
  MR_ASSIGN(Totals totals, repeated ? read_all(ctx, actions) : run_all(ctx, in, actions));

  api::TransactWriteItemsOutput out;
  if (!totals.metrics.empty()) out.item_collection_metrics = std::move(totals.metrics);
  const CapacityKind kind = repeated ? CapacityKind::kRead : CapacityKind::kWrite;
  double units = 0;
  for (const auto& [name, consumed] : totals.tables) {
    units += consumed.total();
    if (auto reported = report_transactional(in.return_consumed_capacity, name, consumed, kind)) {
      if (!out.consumed_capacity) out.consumed_capacity.emplace();
      out.consumed_capacity->push_back(std::move(*reported));
    }
  }
  count_units(ctx, kind, units);
  return out;
}

}  // namespace millrace::dynamodb
