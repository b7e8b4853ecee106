// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/return_values.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

Result<api::UpdateItemOutput> update_item(svc::Context& ctx, const api::UpdateItemInput& in) {
  const WriteAction action{
      .kind = WriteAction::Kind::kUpdate,
      .table_name = in.table_name,
      .subject = &in.key,
      .condition = &in.condition_expression,
      .update = &in.update_expression,
      .expected = &in.expected,
      .attribute_updates = &in.attribute_updates,
      .conditional_operator = &in.conditional_operator,
      .parameters = {.expressions = {{"UpdateExpression", in.update_expression.has_value(), true},
                                     {"ConditionExpression", in.condition_expression.has_value(),
                                      true}},
                     .legacy = {legacy("AttributeUpdates", in.attribute_updates),
                                legacy("Expected", in.expected),
                                legacy("ConditionalOperator", in.conditional_operator)},
                     .names = &in.expression_attribute_names,
                     .values = &in.expression_attribute_values},
      .old_item_on_failure = in.return_values_on_condition_check_failure == "ALL_OLD",
  };
  auto parsed = parse_write(action, ParseOrder::kConditionFirst);
  if (!parsed.ok()) return worded(std::move(parsed).error(), Wording::kEnveloped);
  MR_ASSIGN(TablePtr table, active_table(ctx, in.table_name));
  MR_ASSIGN(WriteOutcome outcome, run_write(ctx, *table, action, *parsed));
  count_units(ctx, CapacityKind::kWrite, outcome.consumed.total());

  api::UpdateItemOutput out;
  out.attributes = returned_attributes(in.return_values, outcome, parsed->update);
  out.consumed_capacity = report(in.return_consumed_capacity, table->name, outcome.consumed);
  out.item_collection_metrics =
      collection_metrics(*table, in.return_item_collection_metrics, in.key);
  return out;
}

}  // namespace millrace::dynamodb
