// Running one PartiQL statement: which keys it names, which items it reads or writes. What
// ExecuteStatement, BatchExecuteStatement and ExecuteTransaction are made of.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/partiql.h"
#include "svc/dynamodb/access.h"
#include "svc/dynamodb/capacity.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

using StatementParameters = std::optional<std::vector<codec::AttributeValue>>;

Result<expr::PartiqlPtr> parse_statement(const std::string& text,
                                         const StatementParameters& parameters);
// "PartiQLSelect" and so on, on the statement's table or index.
svc::Access statement_access(const svc::Context& ctx, const expr::PartiqlStatement& statement);

// A statement's WHERE as the table's key sees it.
struct WhereClause {
  std::optional<codec::Item> key;             // when there is an equality on every key attribute
  std::optional<expr::Condition> conditions;  // the rest
};
WhereClause where_clause(const Table& table, const expr::PartiqlStatement& statement);

struct SelectOptions {
  ReadConsistency consistency = ReadConsistency::kEventual;
  std::optional<int64_t> limit;
  std::optional<codec::Item> start_key;
};

struct SelectPage {
  std::vector<codec::Item> items;
  std::optional<codec::Item> last_evaluated_key;
  Consumed consumed;
};

// REQUIRES: kSelect. Errors: ValidationException.
Result<SelectPage> run_select(svc::Context& ctx, const Table& table,
                              const expr::PartiqlStatement& statement, SelectOptions options);

// An INSERT, UPDATE or DELETE, ready to run. Borrows the statement; stays where it is made.
struct StatementWrite {
  codec::Item key;
  WriteAction action;
  ParsedWrite parsed;
};
Result<std::unique_ptr<StatementWrite>> prepare_write(const Table& table,
                                                      const expr::PartiqlStatement& statement);
// Errors: those of run_write(), DuplicateItemException.
Result<WriteOutcome> run_statement_write(svc::Context& ctx, const Table& table,
                                         const expr::PartiqlStatement& statement,
                                         const StatementWrite& write);
// What RETURNING gives back of it.
std::optional<codec::Item> returned_item(const expr::PartiqlStatement& statement,
                                         const WriteOutcome& outcome);

}  // namespace millrace::dynamodb
