#include "svc/dynamodb/page.h"

#include <fmt/format.h>

#include "codec/attribute_value_disk.h"
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/item_key.h"
#include "svc/dynamodb/item_store.h"
#include "svc/dynamodb/limits.h"

namespace millrace::dynamodb {

using codec::Item;

namespace {

Item evaluated_key(const Walk& walk, const Item& item) {
  Item key = key_of(walk.table.key, item);
  if (walk.index != nullptr) {
    for (const auto& [name, value] : key_of(walk.index->key, item)) {
      key.insert_or_assign(name, value);
    }
  }
  return key;
}

// The item behind an entry of a local index.
Result<Item> whole_item(svc::Context& ctx, const Walk& walk, const Item& entry, Page& page) {
  MR_ASSIGN(auto found,
            read_item(ctx.txn(), item_store_key(walk.table, entry), Tracking::kUntracked));
  if (!found) return Error::internal("index entry without its item");
  page.consumed.table += read_units(found->size_bytes(), walk.consistency);
  return std::move(found->item);
}

void consume(const Walk& walk, size_t bytes, Page& page) {
  const double units = read_units(bytes, walk.consistency);
  if (walk.index == nullptr) {
    page.consumed.table = units;
  } else if (walk.index->is_global) {
    page.consumed.global_indexes[walk.index->name] = units;
  } else {
    page.consumed.local_indexes[walk.index->name] = units;
  }
}

}  // namespace

Result<Page> read_page(svc::Context& ctx, const Walk& walk) {
  Page page;
  size_t bytes = 0;
  auto cursor = ctx.txn().scan_untracked(walk.range, walk.direction);
  for (; cursor->valid(); cursor->next()) {
    MR_ASSIGN(Item item, codec::decode_item(cursor->value()));
    ++page.scanned_count;
    bytes += codec::size_bytes(item);
    const bool full = bytes >= kPageBytesMax || (walk.limit && page.scanned_count >= *walk.limit);
    if (full) page.last_evaluated_key = evaluated_key(walk, item);
    if (walk.selection.fetch_whole_items) {
      MR_ASSIGN(item, whole_item(ctx, walk, item, page));
    }
    if (walk.filter == nullptr || expr::matches(*walk.filter, item)) {
      ++page.count;
      if (!walk.selection.count_only) {
        const auto& projection = walk.selection.projection;
        page.items.push_back(projection ? projection->apply(item) : std::move(item));
      }
    }
    if (full) break;
  }
  MR_TRY(cursor->status());
  consume(walk, bytes, page);
  return page;
}

Result<const Index*> index_of(const Table& table, const PageParameters& parameters) {
  if (!parameters.index_name) return static_cast<const Index*>(nullptr);
  const Index* index = table.find_index(*parameters.index_name);
  if (index == nullptr) {
    return validation(
        fmt::format("The table does not have the specified index: {}", *parameters.index_name));
  }
  if (index->is_global && parameters.consistent_read) {
    return validation("Consistent reads are not supported on global secondary indexes");
  }
  if (index->backfilling) {
    return validation(fmt::format("Cannot read from backfilling global secondary index: {}",
                                  *parameters.index_name));
  }
  return index;
}

Status check_select(const SelectParameters& parameters) {
  const auto& select = parameters.select;
  const bool has_projection = !parameters.projection.empty();
  if (!select) return ok_status();
  if (*select == "SPECIFIC_ATTRIBUTES") {
    if (has_projection) return ok_status();
    return validation(
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES");
  }
  if (has_projection) {
    // ExtendDB's tests/rust/src/wording_parity_validation.rs, verified against us-east-1 in 2026.
    return worded(validation(fmt::format("Cannot specify the {} when choosing to get {}",
                                         parameters.projection,
                                         *select == "COUNT" ? "only the Count" : select->c_str())),
                  Wording::kEnveloped);
  }
  if (*select == "ALL_PROJECTED_ATTRIBUTES" && !parameters.has_index) {
    return invalid_parameters(
        "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
  return ok_status();
}

Result<Selection> selection_of(const Table& table, const Index* index,
                               const std::optional<std::string>& select,
                               std::optional<expr::Projection> projection) {
  Selection selection;
  selection.count_only = select == "COUNT";
  if (index != nullptr && index->projection != ProjectionKind::kAll) {
    if (select == "ALL_ATTRIBUTES") {
      if (index->is_global) {
        return invalid_parameters(fmt::format(
            "Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its "
            "projection type is not ALL",
            index->name));
      }
      selection.fetch_whole_items = true;
    }
    std::vector<std::string> missing;
    if (projection) {
      for (const expr::Path& path : projection->paths()) {
        if (!index->projects(path.head(), table.key)) missing.push_back(path.head());
      }
    }
    if (!missing.empty() && index->is_global) {
      return invalid_parameters(fmt::format("Global secondary index {} does not project [{}]",
                                            index->name, fmt::join(missing, ", ")));
    }
    if (!missing.empty()) selection.fetch_whole_items = true;
  }
  selection.projection = std::move(projection);
  return selection;
}

Status check_start_key_values(const Item& key, ValueLayer layer) {
  const auto* fault = codec::first_invalid(key);
  if (fault == nullptr) return ok_status();
  Error error = invalid_value(*fault, layer);
  // Which faults AWS names by the parameter: recorded by dynalite (test/query.js, test/scan.js).
  if (!error.message().starts_with("Supplied AttributeValue") &&
      !error.message().starts_with("One or more parameter values were invalid: Null") &&
      !error.message().ends_with("string set  may not be empty") &&
      !error.message().starts_with("One or more parameter values were invalid: Binary sets")) {
    return error;
  }
  return std::move(error).prefixed("The provided starting key is invalid: ");
}

Result<std::string> start_key_of(const Table& table, const Index* index, const Item& key) {
  size_t names = table.key.range ? 2 : 1;
  const auto is_table_key = [&](const KeyAttribute& attribute) {
    return attribute.name == table.key.hash.name ||
           (table.key.range && attribute.name == table.key.range->name);
  };
  if (index != nullptr) {
    if (!is_table_key(index->key.hash)) ++names;
    if (index->key.range && !is_table_key(*index->key.range)) ++names;
    if (key.size() != names || !has_index_keys(*index, key)) {
      return validation("The provided starting key is invalid");
    }
  }
  Item own_key;
  for (const auto& [name, value] : key) {
    if (is_table_key({name, value.type()}) || index == nullptr) own_key.append(name, value);
  }
  own_key.sort_appended();
  if (Status status = check_key(table, own_key); !status.ok()) {
    return validation(
        fmt::format("The provided starting key is invalid: {}", status.error().message()));
  }
  return index != nullptr ? index_store_key(table, *index, key) : item_store_key(table, key);
}

}  // namespace millrace::dynamodb
