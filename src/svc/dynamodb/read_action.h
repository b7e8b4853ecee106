// ReadAction: one read of one item by its key: what GetItem, BatchGetItem and TransactGetItems are
// made of.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "expr/projection.h"
#include "svc/dynamodb/expressions.h"
#include "svc/dynamodb/item_key.h"
#include "svc/dynamodb/item_store.h"

namespace millrace::dynamodb {

// Borrows the request.
struct ReadAction {
  const codec::Item* key = nullptr;  // null: the keys are checked elsewhere
  const std::optional<std::string>* projection;
  const std::optional<std::map<std::string, std::string>>* names;
  const std::optional<std::vector<std::string>>* attributes_to_get = nullptr;
  ValueLayer layer = ValueLayer::kCurrent;
};

// All checks that need no table.
Result<std::optional<expr::Projection>> parse_read(const ReadAction& action);
// Those that do.
Status check_read(const Table& table, const ReadAction& action,
                  const std::optional<expr::Projection>& projection);

}  // namespace millrace::dynamodb
