// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
#include <fmt/format.h>

#include <algorithm>

#include "expr/key_condition.h"
#include "svc/dynamodb/expressions.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/item_key.h"
#include "svc/dynamodb/key_range.h"
#include "svc/dynamodb/legacy_read.h"
#include "svc/dynamodb/page.h"
#include "svc/dynamodb/store_keys.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

namespace {

using Op = expr::Condition::Op;

struct ParsedQuery {
  expr::KeyCondition key;
  std::optional<expr::Condition> filter;
  std::optional<expr::Projection> projection;
};

std::string_view projection_parameter(const api::QueryInput& in) {
  if (in.projection_expression) return "ProjectionExpression";
  return in.attributes_to_get ? "AttributesToGet" : "";
}

Result<ParsedQuery> parse_query(const api::QueryInput& in) {
  const ExpressionParameters parameters{
      .expressions = {{"ProjectionExpression", in.projection_expression.has_value(), false},
                      {"FilterExpression", in.filter_expression.has_value(), true},
                      {"KeyConditionExpression", in.key_condition_expression.has_value(), true}},
      .legacy = {legacy("AttributesToGet", in.attributes_to_get),
                 legacy("QueryFilter", in.query_filter),
                 legacy("ConditionalOperator", in.conditional_operator),
                 legacy("KeyConditions", in.key_conditions)},
      .names = &in.expression_attribute_names,
      .values = &in.expression_attribute_values};
  MR_TRY(check_parameters(parameters));
  const std::optional<std::string>& conditional_operator = in.conditional_operator;
  MR_TRY(check_conditional_operator(conditional_operator,
                                    in.query_filter ? in.query_filter->size() : 0));
  ParsedQuery parsed;
  if (in.query_filter) {
    MR_ASSIGN(parsed.filter,
              read_filter(*in.query_filter, conditional_operator, ValueLayer::kCurrent));
  }
  if (in.attributes_to_get) {
    MR_ASSIGN(parsed.projection, read_attributes_to_get(*in.attributes_to_get));
  }
  if (in.exclusive_start_key) {
    MR_TRY(check_start_key_values(*in.exclusive_start_key, ValueLayer::kCurrent));
  }
  if (!in.key_condition_expression && !in.key_conditions) {
    return validation(
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request.");
  }
  MR_TRY(check_select({in.select, projection_parameter(in), in.index_name.has_value()}));
  expr::Placeholders placeholders = placeholders_of(parameters);
  if (in.key_condition_expression) {
    MR_ASSIGN(parsed.key, expr::parse_key_condition(*in.key_condition_expression, placeholders));
  } else {
    MR_ASSIGN(parsed.key, read_key_conditions(*in.key_conditions));
  }
  if (in.filter_expression) {
    MR_ASSIGN(parsed.filter,
              expr::parse_condition("FilterExpression", *in.filter_expression, placeholders));
  }
  if (in.projection_expression) {
    MR_ASSIGN(parsed.projection, expr::Projection::parse(*in.projection_expression, placeholders));
  }
  MR_TRY(placeholders.check_all_used());
  return parsed;
}

Status apply_start_key(const Table& table, const Index* index, const api::QueryInput& in,
                       const KeyTerms& terms, const std::string& base, Walk& walk) {
  if (!in.exclusive_start_key) return ok_status();
  if (index == nullptr) {
    const codec::Item& key = *in.exclusive_start_key;
    const bool has_all = key.contains(table.key.hash.name) &&
                         (!table.key.range || key.contains(table.key.range->name));
    if (!has_all || key.size() != (table.key.range ? 2 : 1)) {
      return validation("The provided starting key is invalid");
    }
  }
  MR_ASSIGN(std::string start, start_key_of(table, index, *in.exclusive_start_key));
  const bool same_partition = start.starts_with(base);
  const bool inside = walk.range.start <= start && start < walk.range.end;
  if (terms.range == nullptr && !same_partition) {
    return validation(
        "The provided starting key is outside query boundaries based on provided conditions");
  }
  if (terms.range != nullptr && same_partition && !inside) {
    return validation("The provided starting key does not match the range key predicate");
  }
  if (!same_partition) {
    return validation("The query can return at most one row and cannot be restarted");
  }
  if (walk.direction == store::Direction::kForward) {
    walk.range.start = start + '\0';
  } else {
    walk.range.end = start;
  }
  return ok_status();
}

Status check_filter(const Table& table, const KeySchema& schema, const expr::Condition& filter,
                    std::string_view parameter) {
  Status status;
  expr::for_each_path(filter, [&](const expr::Path& path) {
    const std::string& name = path.head();
    if (!status.ok()) return;
    if (name == schema.hash.name || (schema.range && name == schema.range->name)) {
      status =
          validation(fmt::format("{} can only contain non-primary key attributes: "
                                 "Primary key attribute: {}",
                                 parameter, name));
    } else {
      status = check_no_path_into_key(table, path);
    }
  });
  return status;
}

}  // namespace

Result<AccessList> query_access(svc::Context& ctx, const api::QueryInput& in) {
  if (in.index_name) {
    return AccessList{index_access(ctx, "Query", in.table_name, *in.index_name)};
  }
  // The partition that is asked for, as far as the condition can be read.
  codec::Item asked;
  expr::Placeholders placeholders(
      in.expression_attribute_names ? &*in.expression_attribute_names : nullptr,
      in.expression_attribute_values ? &*in.expression_attribute_values : nullptr);
  if (in.key_condition_expression || in.key_conditions) {
    auto key = in.key_condition_expression
                   ? expr::parse_key_condition(*in.key_condition_expression, placeholders)
                   : read_key_conditions(*in.key_conditions);
    if (key.ok()) {
      for (const auto& term : key->terms) {
        if (term.op == Op::kEq) asked.insert_or_assign(term.name, *term.values[0]);
      }
    }
  }
  MR_ASSIGN(svc::Access access, item_access(ctx, "Query", in.table_name, {&asked}));
  return AccessList{std::move(access)};
}

Result<api::QueryOutput> query(svc::Context& ctx, const api::QueryInput& in) {
  MR_ASSIGN(ParsedQuery parsed, parse_query(in));
  MR_ASSIGN(TablePtr table, active_table(ctx, in.table_name));
  const PageParameters parameters{in.index_name, in.select, in.consistent_read.value_or(false),
                                  in.exclusive_start_key};
  MR_ASSIGN(const Index* index, index_of(*table, parameters));
  const KeySchema& schema = index != nullptr ? index->key : table->key;
  MR_ASSIGN(KeyTerms terms, key_terms(schema, parsed.key));
  if (parsed.projection) {
    for (const auto& path : parsed.projection->paths()) {
      MR_TRY(check_no_path_into_key(*table, path));
    }
  }
  if (parsed.filter)
    MR_TRY(check_filter(*table, schema, *parsed.filter,
                        in.query_filter ? "QueryFilter" : "Filter Expression"));
  MR_ASSIGN(Selection selection,
            selection_of(*table, index, in.select, std::move(parsed.projection)));

  std::string base = index != nullptr ? table->index_prefix(*index) : table->items_prefix;
  append_partition(base, *terms.hash->values[0]);
  Walk walk{.table = *table,
            .index = index,
            .range = range_of(base, terms.range),
            .direction = in.scan_index_forward.value_or(true) ? store::Direction::kForward
                                                              : store::Direction::kReverse,
            .limit = in.limit,
            .filter = parsed.filter ? &*parsed.filter : nullptr,
            .selection = selection,
            .consistency =
                parameters.consistent_read ? ReadConsistency::kStrong : ReadConsistency::kEventual};
  MR_TRY(apply_start_key(*table, index, in, terms, base, walk));
  MR_ASSIGN(Page page, read_page(ctx, walk));
  count_units(ctx, CapacityKind::kRead, page.consumed.total());

  api::QueryOutput out;
  if (!selection.count_only) out.items = std::move(page.items);
  out.count = page.count;
  out.scanned_count = page.scanned_count;
  out.last_evaluated_key = std::move(page.last_evaluated_key);
  out.consumed_capacity = report(in.return_consumed_capacity, table->name, page.consumed);
  return out;
}

}  // namespace millrace::dynamodb
