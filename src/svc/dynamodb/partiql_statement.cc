#include "svc/dynamodb/partiql_statement.h"

#include <fmt/format.h>

#include <algorithm>

#include "svc/dynamodb/key_range.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/page.h"
#include "svc/dynamodb/store_keys.h"

namespace millrace::dynamodb {

using expr::Condition;
using expr::PartiqlKind;
using Op = Condition::Op;

namespace {

// The conditions that all must hold.
std::vector<const Condition*> conjuncts(const std::optional<Condition>& where) {
  std::vector<const Condition*> out;
  if (!where) return out;
  std::vector<const Condition*> todo{&*where};
  while (!todo.empty()) {
    const Condition* condition = todo.back();
    todo.pop_back();
    if (condition->op != Op::kAnd) {
      out.push_back(condition);
      continue;
    }
    for (auto it = condition->children.rbegin(); it != condition->children.rend(); ++it)
      todo.push_back(&*it);
  }
  return out;
}

bool is_plain_path(const expr::Operand& operand) {
  return operand.kind == expr::Operand::Kind::kPath && !operand.is_size &&
         !operand.path.is_nested();
}

bool is_plain_value(const expr::Operand& operand) {
  return operand.kind == expr::Operand::Kind::kValue && !operand.is_size;
}

Op mirrored(Op op) {
  switch (op) {
    case Op::kLt: return Op::kGt;
    case Op::kLe: return Op::kGe;
    case Op::kGt: return Op::kLt;
    case Op::kGe: return Op::kLe;
    default: return op;
  }
}

// The condition as one on a key attribute, if it can be that.
std::optional<expr::KeyTerm> key_term(const Condition& condition) {
  const bool comparison = condition.op >= Op::kEq && condition.op <= Op::kGe;
  if (condition.op == Op::kNe ||
      !(comparison || condition.op == Op::kBetween || condition.op == Op::kBeginsWith)) {
    return std::nullopt;
  }
  const auto& operands = condition.operands;
  if (comparison && is_plain_value(operands[0]) && is_plain_path(operands[1])) {
    return expr::KeyTerm{operands[1].path.head(), mirrored(condition.op), {operands[0].value}};
  }
  if (!is_plain_path(operands[0])) return std::nullopt;
  expr::KeyTerm term{operands[0].path.head(), condition.op, {}};
  for (size_t i = 1; i < operands.size(); ++i) {
    if (!is_plain_value(operands[i])) return std::nullopt;
    term.values.push_back(operands[i].value);
  }
  return term;
}

std::optional<Condition> all_of(std::vector<Condition> conditions) {
  if (conditions.empty()) return std::nullopt;
  if (conditions.size() == 1) return std::move(conditions[0]);
  return Condition{Op::kAnd, std::move(conditions), {}};
}

// How a SELECT walks: one partition and the rest as a filter, or everything with a filter.
struct SelectPlan {
  expr::KeyCondition key;  // no terms: a scan
  std::optional<Condition> filter;
};

SelectPlan plan_select(const KeySchema& schema, const std::optional<Condition>& where) {
  SelectPlan plan;
  std::vector<Condition> rest;
  bool has_range = false;
  const auto parts = conjuncts(where);
  const auto is_hash = [&](const Condition* part) {
    const auto term = key_term(*part);
    return term && term->op == Op::kEq && term->name == schema.hash.name;
  };
  const auto hash = std::ranges::find_if(parts, is_hash);
  if (hash == parts.end()) {
    plan.filter = where;
    return plan;
  }
  plan.key.terms.push_back(*key_term(**hash));
  for (const Condition* part : parts) {
    if (part == *hash) continue;
    const auto term = key_term(*part);
    if (!has_range && term && schema.range && term->name == schema.range->name) {
      plan.key.terms.push_back(*term);
      has_range = true;
    } else {
      rest.push_back(*part);
    }
  }
  plan.filter = all_of(std::move(rest));
  return plan;
}

Result<const Index*> index_of(const Table& table, const expr::PartiqlStatement& statement,
                              ReadConsistency consistency) {
  if (!statement.index) return static_cast<const Index*>(nullptr);
  const Index* index = table.find_index(*statement.index);
  if (index == nullptr) return validation("The table does not have the specified index");
  if (index->is_global && consistency == ReadConsistency::kStrong) {
    return validation("Strongly consistent read is not supported on Global Secondary Indexes");
  }
  return index;
}

Status check_filter_projected(const Table& table, const Index* index,
                              const std::optional<Condition>& filter) {
  if (index == nullptr || !filter) return ok_status();
  std::vector<std::string> missing;
  expr::for_each_path(*filter, [&](const expr::Path& path) {
    const std::string& name = path.head();
    const bool known = std::ranges::find(missing, name) != missing.end();
    if (!index->projects(name, table.key) && !known) missing.push_back(name);
  });
  if (missing.empty()) return ok_status();
  return invalid_parameters(
      fmt::format("Secondary index {} does not project one or more filter attributes: [{}]",
                  index->name, fmt::join(missing, ", ")));
}

Result<store::Direction> direction_of(const KeySchema& schema, const SelectPlan& plan,
                                      const std::vector<expr::PartiqlOrder>& order) {
  if (order.empty()) return store::Direction::kForward;
  if (plan.key.terms.empty()) {
    return validation("Must have WHERE clause in the statement when using ORDER BY clause.");
  }
  store::Direction direction = store::Direction::kForward;
  for (const auto& by : order) {
    const bool is_range = schema.range && schema.range->name == by.attribute;
    if (!is_range && by.attribute != schema.hash.name) {
      return validation(
          fmt::format("Variable reference {} in ORDER BY clause must be part of the primary key",
                      by.attribute));
    }
    if (is_range && by.descending) direction = store::Direction::kReverse;
  }
  return direction;
}

// Rows of a SELECT are named by the last part of their paths.
codec::Item row_of(const std::vector<expr::Path>& projection, const codec::Item& item) {
  codec::Item row;
  for (size_t i = 0; i < projection.size(); ++i) {
    const auto* value = expr::find(item, projection[i]);
    if (value == nullptr) continue;
    const auto* name = std::get_if<std::string>(&projection[i].elements.back());
    row.insert_or_assign(name != nullptr ? *name : fmt::format("_{}", i + 1), *value);
  }
  return row;
}

const std::optional<std::map<std::string, std::string>> kNoNames;

Condition exists(Op op, const std::string& attribute) {
  Condition condition{op, {}, {}};
  condition.operands.emplace_back();
  condition.operands[0].path.elements.emplace_back(attribute);
  return condition;
}

}  // namespace

Result<expr::PartiqlPtr> parse_statement(const std::string& text,
                                         const StatementParameters& parameters) {
  static const std::vector<codec::AttributeValue> kNone;
  return expr::parse_partiql(text, parameters ? *parameters : kNone);
}

svc::Access statement_access(const svc::Context& ctx, const expr::PartiqlStatement& statement) {
  switch (statement.kind) {
    case PartiqlKind::kInsert: return table_access(ctx, "PartiQLInsert", statement.table);
    case PartiqlKind::kUpdate: return table_access(ctx, "PartiQLUpdate", statement.table);
    case PartiqlKind::kDelete: return table_access(ctx, "PartiQLDelete", statement.table);
    case PartiqlKind::kSelect: break;
  }
  if (statement.index) {
    return index_access(ctx, "PartiQLSelect", statement.table, *statement.index);
  }
  return table_access(ctx, "PartiQLSelect", statement.table);
}

WhereClause where_clause(const Table& table, const expr::PartiqlStatement& statement) {
  WhereClause clause;
  codec::Item key;
  std::vector<Condition> rest;
  for (const Condition* part : conjuncts(statement.where)) {
    const auto term = key_term(*part);
    const bool is_key = term && (term->name == table.key.hash.name ||
                                 (table.key.range && term->name == table.key.range->name));
    if (is_key && term->op == Op::kEq && !key.contains(term->name)) {
      key.insert_or_assign(term->name, *term->values[0]);
    } else {
      rest.push_back(*part);
    }
  }
  clause.conditions = all_of(std::move(rest));
  if (key.size() == (table.key.range ? 2 : 1)) clause.key = std::move(key);
  return clause;
}

Result<SelectPage> run_select(svc::Context& ctx, const Table& table,
                              const expr::PartiqlStatement& statement, SelectOptions options) {
  MR_ASSIGN(const Index* index, index_of(table, statement, options.consistency));
  const KeySchema& schema = index != nullptr ? index->key : table.key;
  const SelectPlan plan = plan_select(schema, statement.where);
  MR_TRY(check_filter_projected(table, index, plan.filter));
  std::optional<expr::Projection> projected;
  if (!statement.projection.empty()) {
    projected = expr::Projection::of_paths(statement.projection);
  }
  MR_ASSIGN(Selection selection, selection_of(table, index, std::nullopt, std::move(projected)));
  selection.projection.reset();  // rows have names of their own
  MR_ASSIGN(store::Direction direction, direction_of(schema, plan, statement.order));

  std::string base = index != nullptr ? table.index_prefix(*index) : table.items_prefix;
  store::KeyRange range = store::prefix_range(base);
  if (!plan.key.terms.empty()) {
    MR_ASSIGN(KeyTerms terms, key_terms(schema, plan.key));
    append_partition(base, *terms.hash->values[0]);
    range = range_of(base, terms.range);
  }
  if (options.start_key) {
    MR_ASSIGN(std::string start, start_key_of(table, index, *options.start_key));
    if (start < range.start || start >= range.end) {
      return validation("Invalid NextToken");
    }
    if (direction == store::Direction::kForward) {
      range.start = start + '\0';
    } else {
      range.end = start;
    }
  }
  const Walk walk{.table = table,
                  .index = index,
                  .range = std::move(range),
                  .direction = direction,
                  .limit = options.limit,
                  .filter = plan.filter ? &*plan.filter : nullptr,
                  .selection = selection,
                  .consistency = options.consistency};
  MR_ASSIGN(Page page, read_page(ctx, walk));
  if (!statement.projection.empty()) {
    for (codec::Item& item : page.items)
      item = row_of(statement.projection, item);
  }
  return SelectPage{std::move(page.items), std::move(page.last_evaluated_key),
                    std::move(page.consumed)};
}

Result<std::unique_ptr<StatementWrite>> prepare_write(const Table& table,
                                                      const expr::PartiqlStatement& statement) {
  if (statement.index) return validation("Writes to indexes are not supported");
  auto write = std::make_unique<StatementWrite>();
  write->action.table_name = table.name;
  write->action.parameters = {.names = &kNoNames, .values = nullptr};
  if (statement.kind == PartiqlKind::kInsert) {
    write->action.kind = WriteAction::Kind::kPut;
    write->action.subject = &statement.item;
    MR_TRY(check_attribute_names(statement.item));
    MR_TRY(check_values(statement.item, ValueLayer::kCurrent));
    if (codec::size_bytes(statement.item) > kItemBytesMax) {
      return validation("Item size has exceeded the maximum allowed size");
    }
    write->parsed.condition = exists(Op::kAttributeNotExists, table.key.hash.name);
    return write;
  }
  WhereClause clause = where_clause(table, statement);
  if (!clause.key) {
    return validation("Where clause does not contain a mandatory equality on all key attributes");
  }
  write->key = std::move(*clause.key);
  write->action.subject = &write->key;
  write->parsed.condition = std::move(clause.conditions);
  if (statement.kind == PartiqlKind::kDelete) {
    write->action.kind = WriteAction::Kind::kDelete;
    return write;
  }
  write->action.kind = WriteAction::Kind::kUpdate;
  write->parsed.update = statement.update;
  // Unlike UpdateItem, UPDATE does not make items.
  std::vector<Condition> conditions{exists(Op::kAttributeExists, table.key.hash.name)};
  if (write->parsed.condition) conditions.push_back(std::move(*write->parsed.condition));
  write->parsed.condition = all_of(std::move(conditions));
  return write;
}

Result<WriteOutcome> run_statement_write(svc::Context& ctx, const Table& table,
                                         const expr::PartiqlStatement& statement,
                                         const StatementWrite& write) {
  auto outcome = run_write(ctx, table, write.action, write.parsed);
  if (!outcome.ok() && statement.kind == PartiqlKind::kInsert &&
      outcome.error().code() == "ConditionalCheckFailedException") {
    return Error("DuplicateItemException", 400, "Duplicate primary key exists in table");
  }
  return outcome;
}

std::optional<codec::Item> returned_item(const expr::PartiqlStatement& statement,
                                         const WriteOutcome& outcome) {
  if (!statement.returning) return std::nullopt;
  const codec::Item* from = nullptr;
  if (statement.returning->is_new) {
    if (outcome.after) from = &*outcome.after;
  } else if (outcome.before) {
    from = &outcome.before->item;
  }
  if (from == nullptr) return std::nullopt;
  if (!statement.returning->modified) return *from;
  codec::Item part = expr::Projection::of_paths(statement.update.paths()).apply(*from);
  if (part.empty()) return std::nullopt;
  return part;
}

}  // namespace millrace::dynamodb
