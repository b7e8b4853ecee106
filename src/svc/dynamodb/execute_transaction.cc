// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteTransaction.html
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "codec/attribute_value_disk.h"
#include "svc/dynamodb/cancellation.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/partiql_statement.h"
#include "svc/dynamodb/transaction_token.h"

namespace millrace::dynamodb {

namespace {

struct Member {
  expr::PartiqlPtr statement;
  TablePtr table;
  codec::Item key;                        // of a SELECT
  std::unique_ptr<StatementWrite> write;  // of the others
  const codec::Item& target() const { return write ? *write->action.subject : key; }
};

using Totals = std::map<std::string, Consumed>;

Error in_member(size_t index, const Error& error) {
  if (error.code() != "ValidationException") return error;
  return validation(
      fmt::format("Validation failed in TransactStatements[{}]: {}", index, error.message()));
}

Status check_allowed(const expr::PartiqlStatement& statement) {
  if (statement.returning) {
    return validation("RETURNING clause is not supported in ExecuteTransaction.");
  }
  if (statement.index) return validation("Reads on indices are not supported within transactions.");
  return ok_status();
}

Status prepare(svc::Context& ctx, const api::ParameterizedStatement& request, Member& member) {
  MR_ASSIGN(member.table, active_table(ctx, member.statement->table));
  if (member.statement->kind != expr::PartiqlKind::kSelect) {
    MR_ASSIGN(member.write, prepare_write(*member.table, *member.statement));
    member.write->action.old_item_on_failure =
        request.return_values_on_condition_check_failure == "ALL_OLD";
    return ok_status();
  }
  WhereClause clause = where_clause(*member.table, *member.statement);
  if (!clause.key) {
    return validation(
        "Select statements within ExecuteTransaction must specify the primary key in the where "
        "clause.");
  }
  member.key = std::move(*clause.key);
  return check_key(*member.table, member.key);
}

Result<std::vector<Member>> prepare_all(svc::Context& ctx, const api::ExecuteTransactionInput& in) {
  std::vector<Member> members(in.transact_statements.size());
  size_t reads = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    const auto& request = in.transact_statements[i];
    auto statement = parse_statement(request.statement, request.parameters);
    if (!statement.ok()) return in_member(i, statement.error());
    if (Status status = check_allowed(**statement); !status.ok()) {
      return in_member(i, status.error());
    }
    reads += (*statement)->kind == expr::PartiqlKind::kSelect ? 1 : 0;
    members[i].statement = std::move(*statement);
  }
  if (reads > 0 && reads != members.size()) {
    return validation("Transaction statements must be either all reads or all writes");
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < members.size(); ++i) {
    Member& member = members[i];
    if (Status status = prepare(ctx, in.transact_statements[i], member); !status.ok()) {
      return in_member(i, status.error());
    }
    const codec::Item& target = member.target();
    const bool usable = member.statement->kind == expr::PartiqlKind::kInsert
                            ? check_item_keys(*member.table, target).ok()
                            : check_key(*member.table, target).ok();
    if (usable && !seen.insert(item_store_key(*member.table, target)).second) {
      return validation("Transaction request cannot include multiple operations on one item");
    }
  }
  return members;
}

std::string fingerprint(const api::ExecuteTransactionInput& in) {
  std::string all;
  for (const auto& request : in.transact_statements) {
    all += request.statement;
    all += '\0';
    if (!request.parameters) continue;
    for (const auto& parameter : *request.parameters) {
      codec::Item holder;
      holder.insert_or_assign("p", parameter);
      all += codec::encode_item(holder);
    }
  }
  return sha256(all);
}

Result<Totals> write_all(svc::Context& ctx, const std::vector<Member>& members) {
  Totals totals;
  Cancellation cancellation;
  for (const Member& member : members) {
    auto outcome = run_statement_write(ctx, *member.table, *member.statement, *member.write);
    if (!outcome.ok()) {
      if (!Cancellation::can_add(outcome.error())) return std::move(outcome).error();
      cancellation.add_failure(outcome.error());
      continue;
    }
    cancellation.add_success();
    outcome->consumed.multiply(2);
    totals[member.table->name].add(outcome->consumed);
  }
  if (cancellation.has_failure()) return cancellation.to_error();
  return totals;
}

// The reads of a transaction, or what repeating one consumes. `responses` may be null.
Result<Totals> read_all(svc::Context& ctx, const std::vector<Member>& members,
                        std::vector<api::ItemResponse>* responses) {
  Totals totals;
  for (const Member& member : members) {
    const bool select = member.statement->kind == expr::PartiqlKind::kSelect;
    SelectPage page;
    if (select) {
      MR_ASSIGN(page, run_select(ctx, *member.table, *member.statement,
                                 {.consistency = ReadConsistency::kTransactional}));
    } else {
      MR_ASSIGN(auto found, read_item(ctx.txn(), item_store_key(*member.table, member.target()),
                                      Tracking::kUntracked));
      page.consumed.table =
          read_units(found ? found->size_bytes() : 0, ReadConsistency::kTransactional);
    }
    totals[member.table->name].add(page.consumed);
    if (responses == nullptr) continue;
    api::ItemResponse response;
    if (!page.items.empty()) response.item = std::move(page.items[0]);
    responses->push_back(std::move(response));
  }
  return totals;
}

// What a transaction reads must not change until it commits.
Status track_reads(svc::Context& ctx, const std::vector<Member>& members) {
  for (const Member& member : members) {
    MR_ASSIGN(auto ignored, read_item(ctx.txn(), item_store_key(*member.table, member.target()),
                                      Tracking::kTracked));
  }
  return ok_status();
}

}  // namespace

Result<AccessList> execute_transaction_access(svc::Context& ctx,
                                              const api::ExecuteTransactionInput& in) {
  AccessList list;
  for (const auto& request : in.transact_statements) {
    auto statement = parse_statement(request.statement, request.parameters);
    if (statement.ok()) list.push_back(statement_access(ctx, **statement));
  }
  return list;
}

Result<api::ExecuteTransactionOutput> execute_transaction(svc::Context& ctx,
                                                          const api::ExecuteTransactionInput& in) {
  MR_ASSIGN(std::vector<Member> members, prepare_all(ctx, in));
  const bool reads = members[0].statement->kind == expr::PartiqlKind::kSelect;
  auto state = TokenState::kNew;
  if (in.client_request_token && !reads) {
    MR_ASSIGN(state, claim_token(ctx, *in.client_request_token, fingerprint(in)));
  }
  api::ExecuteTransactionOutput out;
  out.responses.emplace();
  Totals totals;
  const bool repeated = state == TokenState::kRepeated;
  if (reads) {
    MR_TRY(track_reads(ctx, members));
    MR_ASSIGN(totals, read_all(ctx, members, &*out.responses));
  } else if (repeated) {
    MR_ASSIGN(totals, read_all(ctx, members, nullptr));
  } else {
    MR_ASSIGN(totals, write_all(ctx, members));
  }
  const CapacityKind kind = reads || repeated ? CapacityKind::kRead : CapacityKind::kWrite;
  double units = 0;
  for (const auto& [name, consumed] : totals) {
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
