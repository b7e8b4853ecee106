// Update: a parsed UpdateExpression and its application to an item.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
// Pure. Borrows the values of the Placeholders it was parsed with.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/attribute_value.h"
#include "expr/path.h"
#include "expr/placeholders.h"

namespace millrace::expr {

// The right side of SET: an operand, or a function or sum of such.
struct UpdateValue {
  enum class Kind : uint8_t { kPath, kValue, kPlus, kMinus, kIfNotExists, kListAppend };
  Kind kind = Kind::kPath;
  Path path;                                     // kPath; kIfNotExists: what may exist
  const codec::AttributeValue* value = nullptr;  // kValue
  std::vector<UpdateValue> operands;             // two; kIfNotExists: one
};

struct UpdateAction {
  enum class Kind : uint8_t { kSet, kRemove, kAdd, kDelete };
  Kind kind = Kind::kSet;
  Path path;
  UpdateValue value;  // not for kRemove
};

// AttributeUpdates came before expressions; AWS words one fault of the two differently.
enum class UpdateOrigin : uint8_t { kExpression, kAttributeUpdates };

struct Update {
  std::vector<UpdateAction> actions;  // as written; paths do not overlap
  UpdateOrigin origin = UpdateOrigin::kExpression;
  std::vector<Path> paths() const;
};

// Errors: ValidationException "Invalid UpdateExpression: …" in AWS's words and order.
Result<Update> parse_update(std::string_view text, Placeholders& placeholders);

// Applies all actions to `item`: every right side sees the item as it was before. On an error
// `item` is left in an unspecified state. Errors: ValidationException (path, operand type, number
// range).
Status apply(const Update& update, codec::Item& item);

}  // namespace millrace::expr
