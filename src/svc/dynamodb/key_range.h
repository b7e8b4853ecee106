// What a key condition says once the schema is known: one partition, and a range of its sort keys.
// Pure functions.
#pragma once

#include <string>

#include "expr/key_condition.h"
#include "store/key.h"
#include "store/store.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

// The terms of a key condition as the schema sees them. Borrows the condition.
struct KeyTerms {
  const expr::KeyTerm* hash = nullptr;
  const expr::KeyTerm* range = nullptr;
};

// Errors: ValidationException (an attribute that is no key, a type or operator that does not fit).
Result<KeyTerms> key_terms(const KeySchema& schema, const expr::KeyCondition& key);

// The part of a partition, whose keys begin with `base`, that the sort key's term leaves.
store::KeyRange range_of(const std::string& base, const expr::KeyTerm* term);

}  // namespace millrace::dynamodb
