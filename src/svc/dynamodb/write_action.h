// WriteAction: one put, update, delete or check of one item: what PutItem, UpdateItem, DeleteItem,
// BatchWriteItem and TransactWriteItems are made of.
#pragma once

#include <optional>
#include <string>

#include "expr/condition.h"
#include "expr/update.h"
#include "svc/dynamodb/expressions.h"
#include "svc/dynamodb/item_key.h"
#include "svc/dynamodb/item_store.h"
#include "svc/dynamodb/legacy_condition.h"
#include "svc/dynamodb/legacy_update.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

// Borrows the request.
struct WriteAction {
  enum class Kind { kPut, kUpdate, kDelete, kCheck };
  Kind kind = Kind::kPut;
  std::string_view table_name;
  const codec::Item* subject = nullptr;                   // the item to put, else the key
  const std::optional<std::string>* condition = nullptr;  // may be null: none possible
  const std::optional<std::string>* update = nullptr;
  // The legacy parameters; null where the operation has none.
  const std::optional<ExpectedMap>* expected = nullptr;
  const std::optional<AttributeUpdateMap>* attribute_updates = nullptr;
  const std::optional<std::string>* conditional_operator = nullptr;
  ExpressionParameters parameters;
  bool old_item_on_failure = false;  // ReturnValuesOnConditionCheckFailure: ALL_OLD
};

struct ParsedWrite {
  std::optional<expr::Condition> condition;
  std::optional<expr::Update> update;
};

// UpdateItem reports a fault of its condition first, a transaction one of its update.
enum class ParseOrder { kConditionFirst, kUpdateFirst };

// All checks that need no table. Bare wording.
Result<ParsedWrite> parse_write(const WriteAction& action, ParseOrder order);

struct WriteOutcome {
  std::optional<StoredItem> before;
  std::optional<codec::Item> after;
  Consumed consumed;
};

// The rest: keys against the schema, the condition, the change. Errors: ValidationException,
// ConditionalCheckFailedException (with the old item where it was asked for).
Result<WriteOutcome> run_write(svc::Context& ctx, const Table& table, const WriteAction& action,
                               const ParsedWrite& parsed,
                               KeyWording key_wording = KeyWording::kNamed);

// "Key attributes must be scalars; …" where a path goes inside a key attribute of table or index.
Status check_no_path_into_key(const Table& table, const expr::Path& path);

}  // namespace millrace::dynamodb
