// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html
#include <algorithm>

#include "codec/attribute_value_json.h"
#include "svc/dynamodb/cancellation.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/partiql_statement.h"

namespace millrace::dynamodb {

namespace {

using Totals = std::map<std::string, Consumed>;

// What a member of the batch answers, and the name of its table as far as it is known.
struct Member {
  const api::BatchStatementRequest& request;
  expr::PartiqlPtr statement;
  TablePtr table;
};

bool is_read(const Member& member) {
  return member.statement && member.statement->kind == expr::PartiqlKind::kSelect;
}

Result<std::optional<codec::Item>> read_one(svc::Context& ctx, Member& member, Totals& totals) {
  const bool has_key = where_clause(*member.table, *member.statement).key.has_value();
  if (member.statement->index || !has_key) {
    return validation(
        "Select statements within BatchExecuteStatement must specify the primary key in the where "
        "clause.");
  }
  const auto consistency = member.request.consistent_read.value_or(false)
                               ? ReadConsistency::kStrong
                               : ReadConsistency::kEventual;
  MR_ASSIGN(SelectPage page,
            run_select(ctx, *member.table, *member.statement, {.consistency = consistency}));
  totals[member.table->name].add(page.consumed);
  if (page.items.empty()) return std::optional<codec::Item>();
  return std::optional(std::move(page.items[0]));
}

Result<std::optional<codec::Item>> write_one(svc::Context& ctx, Member& member, Totals& totals) {
  MR_ASSIGN(auto write, prepare_write(*member.table, *member.statement));
  write->action.old_item_on_failure =
      member.request.return_values_on_condition_check_failure == "ALL_OLD";
  MR_ASSIGN(WriteOutcome outcome,
            run_statement_write(ctx, *member.table, *member.statement, *write));
  totals[member.table->name].add(outcome.consumed);
  return returned_item(*member.statement, outcome);
}

Result<std::optional<codec::Item>> run_one(svc::Context& ctx, Member& member, Totals& totals) {
  if (!member.statement) {
    MR_ASSIGN(member.statement,
              parse_statement(member.request.statement, member.request.parameters));
  }
  MR_ASSIGN(member.table, active_table(ctx, member.statement->table));
  return is_read(member) ? read_one(ctx, member, totals) : write_one(ctx, member, totals);
}

api::BatchStatementError error_of(const Error& error) {
  api::BatchStatementError out{.code = std::string(short_code(error)), .message = error.message()};
  for (const auto& [name, json] : error.members()) {
    if (name != "Item") continue;
    if (auto item = codec::item_from_json_text(json); item.ok()) out.item = std::move(*item);
  }
  return out;
}

std::vector<Member> parse_members(const api::BatchExecuteStatementInput& in) {
  std::vector<Member> members;
  for (const auto& request : in.statements) {
    auto statement = parse_statement(request.statement, request.parameters);
    members.push_back({request, statement.ok() ? std::move(*statement) : nullptr, nullptr});
  }
  return members;
}

}  // namespace

Result<AccessList> batch_execute_statement_access(svc::Context& ctx,
                                                  const api::BatchExecuteStatementInput& in) {
  AccessList list;
  for (const Member& member : parse_members(in)) {
    if (member.statement) list.push_back(statement_access(ctx, *member.statement));
  }
  return list;
}

Result<api::BatchExecuteStatementOutput> batch_execute_statement(
    svc::Context& ctx, const api::BatchExecuteStatementInput& in) {
  std::vector<Member> members = parse_members(in);
  const auto parsed = [](const Member& member) { return member.statement != nullptr; };
  const auto reads = std::ranges::count_if(members, is_read);
  if (reads > 0 && reads != std::ranges::count_if(members, parsed)) {
    return validation(
        "Batch statements must consist of either read statements or write statements only");
  }
  api::BatchExecuteStatementOutput out;
  out.responses.emplace();
  Totals totals;
  for (Member& member : members) {
    api::BatchStatementResponse response;
    auto item = run_one(ctx, member, totals);
    if (member.table) response.table_name = member.table->name;
    if (item.ok()) {
      response.item = std::move(*item);
    } else {
      response.error = error_of(item.error());
    }
    out.responses->push_back(std::move(response));
  }
  double units = 0;
  for (const auto& [name, consumed] : totals) {
    units += consumed.total();
    if (auto reported = report(in.return_consumed_capacity, name, consumed)) {
      if (!out.consumed_capacity) out.consumed_capacity.emplace();
      out.consumed_capacity->push_back(std::move(*reported));
    }
  }
  count_units(ctx, reads > 0 ? CapacityKind::kRead : CapacityKind::kWrite, units);
  return out;
}

}  // namespace millrace::dynamodb
