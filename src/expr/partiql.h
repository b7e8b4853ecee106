// PartiqlStatement: a parsed PartiQL statement as DynamoDB has them: SELECT, INSERT, UPDATE,
// DELETE. Its conditions and updates are the trees that expressions are parsed to.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
//
// Pure. Owns the values that its trees point to; not copied.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/attribute_value.h"
#include "expr/condition.h"
#include "expr/update.h"

namespace millrace::expr {

enum class PartiqlKind : uint8_t { kSelect, kInsert, kUpdate, kDelete };

// RETURNING (ALL | MODIFIED) (OLD | NEW) *
struct PartiqlReturning {
  bool modified = false;
  bool is_new = false;
  std::string to_string() const;  // "RETURNING ALL OLD *"
};

struct PartiqlOrder {
  std::string attribute;
  bool descending = false;
};

struct PartiqlStatement {
  PartiqlKind kind = PartiqlKind::kSelect;
  std::string table;
  std::optional<std::string> index;
  std::vector<Path> projection;  // kSelect; empty: everything
  std::vector<PartiqlOrder> order;
  std::optional<Condition> where;
  codec::Item item;  // kInsert
  Update update;     // kUpdate
  std::optional<PartiqlReturning> returning;
  // What the trees point to; a deque does not move its elements.
  std::deque<codec::AttributeValue> values;

  PartiqlStatement() = default;
  PartiqlStatement(const PartiqlStatement&) = delete;
  PartiqlStatement& operator=(const PartiqlStatement&) = delete;
};

using PartiqlPtr = std::unique_ptr<PartiqlStatement>;

// `parameters` are what the question marks stand for, in order. Errors: ValidationException.
Result<PartiqlPtr> parse_partiql(std::string_view text,
                                 const std::vector<codec::AttributeValue>& parameters);

}  // namespace millrace::expr
