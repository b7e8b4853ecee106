// Page: one answer of Query or Scan: a walk over a range of a table or index that ends at Limit, at
// 1 MB or at the end of the range.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "expr/condition.h"
#include "expr/projection.h"
#include "store/store.h"
#include "svc/dynamodb/capacity.h"
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/table.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

// What is to be returned of each item.
struct Selection {
  bool count_only = false;
  bool fetch_whole_items = false;  // by a local index, from the table
  std::optional<expr::Projection> projection;
};

struct Walk {
  const Table& table;
  const Index* index = nullptr;  // null: the table itself
  store::KeyRange range;
  store::Direction direction = store::Direction::kForward;
  std::optional<int64_t> limit;
  const expr::Condition* filter = nullptr;
  const Selection& selection;
  ReadConsistency consistency = ReadConsistency::kEventual;
};

struct Page {
  std::vector<codec::Item> items;
  int64_t count = 0;
  int64_t scanned_count = 0;
  std::optional<codec::Item> last_evaluated_key;
  Consumed consumed;
};

Result<Page> read_page(svc::Context& ctx, const Walk& walk);

// The parameters that Query and Scan share, of the request.
struct PageParameters {
  const std::optional<std::string>& index_name;
  const std::optional<std::string>& select;
  bool consistent_read;
  const std::optional<codec::Item>& exclusive_start_key;
};

// The index by name; null for the table. Errors: no such index, a strong read of a global one.
Result<const Index*> index_of(const Table& table, const PageParameters& parameters);
// Select against the parameter that projects ("ProjectionExpression", "AttributesToGet" or none)
// and the index; needs no table.
struct SelectParameters {
  const std::optional<std::string>& select;
  std::string_view projection;
  bool has_index;
};
Status check_select(const SelectParameters& parameters);
Result<Selection> selection_of(const Table& table, const Index* index,
                               const std::optional<std::string>& select,
                               std::optional<expr::Projection> projection);
// The values of an ExclusiveStartKey by themselves.
Status check_start_key_values(const codec::Item& key, ValueLayer layer);
// Where an ExclusiveStartKey is. `index` null: the table.
Result<std::string> start_key_of(const Table& table, const Index* index, const codec::Item& key);

}  // namespace millrace::dynamodb
