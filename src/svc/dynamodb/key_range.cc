#include "svc/dynamodb/key_range.h"

#include <fmt/format.h>

#include <algorithm>

#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/store_keys.h"

namespace millrace::dynamodb {

using Op = expr::Condition::Op;

namespace {

const expr::KeyTerm* term_of(const expr::KeyCondition& key, std::string_view name) {
  auto it = std::ranges::find(key.terms, name, &expr::KeyTerm::name);
  return it == key.terms.end() ? nullptr : &*it;
}

// Of KeyConditions; an expression with such an operator does not get this far.
Error not_indexable() {
  return validation("Attempted conditional constraint is not an indexable operation");
}

Status check_term(const expr::KeyTerm& term, const KeyAttribute& attribute) {
  for (const auto* value : term.values) {
    if (!value->is(attribute.type)) {
      return invalid_parameters("Condition parameter type does not match schema type");
    }
  }
  return ok_status();
}

}  // namespace

Result<KeyTerms> key_terms(const KeySchema& schema, const expr::KeyCondition& key) {
  if (key.terms.size() > 2) {
    return validation(fmt::format(
        "The number of query conditions ({}) exceeds the number of key attributes defined in the "
        "schema ({})",
        key.terms.size(), schema.range ? 2 : 1));
  }
  const auto indexable = [](const expr::KeyTerm& term) {
    return term.op == Op::kBeginsWith ||
           (term.op >= Op::kEq && term.op <= Op::kBetween && term.op != Op::kNe);
  };
  const auto missed = [](std::string_view name) {
    return validation(fmt::format("Query condition missed key schema element: {}", name));
  };
  if (!schema.range && key.terms.size() > 1) return validation("Query key condition not supported");
  KeyTerms terms{term_of(key, schema.hash.name), nullptr};
  if (terms.hash == nullptr) return missed(schema.hash.name);
  if (!indexable(*terms.hash)) return not_indexable();
  MR_TRY(check_term(*terms.hash, schema.hash));
  if (terms.hash->op != Op::kEq) return validation("Query key condition not supported");
  if (!schema.range) return terms;
  terms.range = term_of(key, schema.range->name);
  if (terms.range == nullptr) {
    if (key.terms.size() > 1) return missed(schema.range->name);
    return terms;
  }
  if (!indexable(*terms.range)) return not_indexable();
  MR_TRY(check_term(*terms.range, *schema.range));
  return terms;
}

store::KeyRange range_of(const std::string& base, const expr::KeyTerm* term) {
  store::KeyRange whole = store::prefix_range(base);
  if (term == nullptr) return whole;
  const auto part = [&](size_t i) {
    std::string key = base;
    append_key_part(key, *term->values[i]);
    return key;
  };
  switch (term->op) {
    case Op::kEq: return store::prefix_range(part(0));
    case Op::kLt: return {whole.start, part(0)};
    case Op::kLe: return {whole.start, store::prefix_range(part(0)).end};
    case Op::kGt: return {store::prefix_range(part(0)).end, whole.end};
    case Op::kGe: return {part(0), whole.end};
    case Op::kBetween: return {part(0), store::prefix_range(part(1)).end};
    default: {  // begins_with
      std::string prefix = base;
      append_key_prefix(prefix, *term->values[0]);
      return store::prefix_range(prefix);
    }
  }
}

}  // namespace millrace::dynamodb
