// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
#include "base/encoding.h"
#include "codec/attribute_value_json.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/partiql_statement.h"

namespace millrace::dynamodb {

namespace {

// A token is where the page before it ended.
std::string token_of(const codec::Item& key) {
  std::string json;
  codec::append_json(json, key);
  return base64_encode(json);
}

Result<codec::Item> key_of_token(const std::string& token) {
  const auto json = base64_decode(token);
  auto key = json ? codec::item_from_json_text(*json) : Result<codec::Item>(validation(""));
  if (!key.ok() || codec::first_invalid(*key) != nullptr) return validation("Invalid NextToken");
  return key;
}

Result<api::ExecuteStatementOutput> select(svc::Context& ctx, const api::ExecuteStatementInput& in,
                                           const expr::PartiqlStatement& statement,
                                           const Table& table) {
  SelectOptions options{.consistency = in.consistent_read.value_or(false)
                                           ? ReadConsistency::kStrong
                                           : ReadConsistency::kEventual,
                        .limit = in.limit};
  if (in.next_token) {
    MR_ASSIGN(options.start_key, key_of_token(*in.next_token));
  }
  MR_ASSIGN(SelectPage page, run_select(ctx, table, statement, std::move(options)));
  count_units(ctx, CapacityKind::kRead, page.consumed.total());
  api::ExecuteStatementOutput out;
  out.items = std::move(page.items);
  if (page.last_evaluated_key) out.next_token = token_of(*page.last_evaluated_key);
  out.last_evaluated_key = std::move(page.last_evaluated_key);
  out.consumed_capacity = report(in.return_consumed_capacity, table.name, page.consumed);
  return out;
}

}  // namespace

Result<AccessList> execute_statement_access(svc::Context& ctx,
                                            const api::ExecuteStatementInput& in) {
  auto statement = parse_statement(in.statement, in.parameters);
  if (!statement.ok()) return AccessList{};  // the operation refuses it
  return AccessList{statement_access(ctx, **statement)};
}

Result<api::ExecuteStatementOutput> execute_statement(svc::Context& ctx,
                                                      const api::ExecuteStatementInput& in) {
  MR_ASSIGN(expr::PartiqlPtr statement, parse_statement(in.statement, in.parameters));
  MR_ASSIGN(TablePtr table, active_table(ctx, statement->table));
  if (statement->kind == expr::PartiqlKind::kSelect) return select(ctx, in, *statement, *table);

  MR_ASSIGN(auto write, prepare_write(*table, *statement));
  write->action.old_item_on_failure = in.return_values_on_condition_check_failure == "ALL_OLD";
  MR_ASSIGN(WriteOutcome outcome, run_statement_write(ctx, *table, *statement, *write));
  count_units(ctx, CapacityKind::kWrite, outcome.consumed.total());
  api::ExecuteStatementOutput out;
  out.items.emplace();
  if (auto item = returned_item(*statement, outcome)) out.items->push_back(std::move(*item));
  out.consumed_capacity = report(in.return_consumed_capacity, table->name, outcome.consumed);
  return out;
}

}  // namespace millrace::dynamodb
