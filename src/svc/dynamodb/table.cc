#include "svc/dynamodb/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/random.h"
#include "codec/json.h"
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/store_keys.h"

namespace millrace::dynamodb {

using Type = codec::AttributeValue::Type;

std::string_view to_string(ProjectionKind kind) {
  switch (kind) {
    case ProjectionKind::kAll: return "ALL";
    case ProjectionKind::kKeysOnly: return "KEYS_ONLY";
    case ProjectionKind::kInclude: return "INCLUDE";
  }
  return "";
}

namespace {
bool is_key_of(const KeySchema& key, std::string_view attribute) {
  return key.hash.name == attribute || (key.range && key.range->name == attribute);
}
}  // namespace

bool Index::projects(std::string_view attribute, const KeySchema& table_key) const {
  return projection == ProjectionKind::kAll || is_key_of(key, attribute) ||
         is_key_of(table_key, attribute) ||
         std::ranges::find(non_key_attributes, attribute) != non_key_attributes.end();
}

namespace {
int64_t day_of(Instant at) { return at.seconds() / (24 * 3600); }
}  // namespace

int64_t Throughput::decreases_today(Instant now) const {
  return lowered_at.us != 0 && day_of(lowered_at) == day_of(now) ? lowered_that_day : 0;
}

void Throughput::change_to(const Throughput& wanted, Instant now) {
  if (wanted.read_units > read_units || wanted.write_units > write_units) raised_at = now;
  if (wanted.read_units < read_units || wanted.write_units < write_units) {
    lowered_that_day = decreases_today(now) + 1;
    lowered_at = now;
  }
  read_units = wanted.read_units;
  write_units = wanted.write_units;
}

std::string Table::arn() const {
  return fmt::format("arn:aws:dynamodb:{}:{}:table/{}", scope.region, scope.account, name);
}

std::string Table::index_arn(std::string_view index_name) const {
  return fmt::format("{}/index/{}", arn(), index_name);
}

std::string Table::stream_arn(std::string_view label) const {
  return fmt::format("{}/stream/{}", arn(), label);
}

const Index* Table::find_index(std::string_view index_name) const {
  auto it = std::ranges::find(indexes, index_name, &Index::name);
  return it == indexes.end() ? nullptr : &*it;
}

Index* Table::find_index(std::string_view index_name) {
  auto it = std::ranges::find(indexes, index_name, &Index::name);
  return it == indexes.end() ? nullptr : &*it;
}

std::string_view Table::status(Instant now) const {
  if (gone_at) return "DELETING";
  if (now < active_at) return "CREATING";
  if (updated_at && now < *updated_at) return "UPDATING";
  if (std::ranges::any_of(indexes, &Index::backfilling)) return "UPDATING";
  return "ACTIVE";
}

std::string Table::index_prefix(const Index& index) const {
  return part_key(scope, Part::kIndexEntry).u64(id).u32(index.id).key();
}

std::string Table::stream_prefix() const {
  // Shard 0: a stream has one shard today, and the key has room for more.
  return part_key(scope, Part::kStreamRecord).u64(stream->id).u32(0).key();
}

namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

Error bad_name(std::string_view name, std::string_view constraint) {
  return validation(fmt::format(
      "1 validation error detected: Value '{}' at 'tableName' failed to satisfy constraint: {}",
      name, constraint));
}

}  // namespace

Result<std::string> table_name_of(const svc::Context& ctx, std::string_view parameter) {
  std::string_view name = parameter;
  if (parameter.starts_with("arn:")) {
    const std::string prefix = ctx.arn("dynamodb", "table/");
    if (!parameter.starts_with(prefix)) {
      if (parameter.find(fmt::format(":{}:table/", ctx.scope().account)) !=
          std::string_view::npos) {
        return validation(
            fmt::format("1 validation error detected: Invalid AWS region in '{}'", parameter));
      }
      return Error("AccessDeniedException", 400,
                   fmt::format("Cross-account or cross-region access to {} is not supported by "
                               "Millrace",
                               parameter));
    }
    name = parameter.substr(prefix.size());
  }
  if (!std::ranges::all_of(name, is_name_character)) {
    return bad_name(name, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  }
  if (name.size() < 3) return bad_name(name, "Member must have length greater than or equal to 3");
  if (name.size() > 255) return bad_name(name, "Member must have length less than or equal to 255");
  return std::string(name);
}

std::string table_record_key(const svc::Scope& scope, std::string_view name) {
  return part_key(scope, Part::kTable).str(name).key();
}

namespace {

// Decoding a record costs more than the rest of a small request, and records hardly change: each
// thread keeps the last ones, and uses one only if the record still has the same bytes.
class TableCache {
 public:
  Result<TablePtr> decode(const std::string& key, const std::string& record) {
    auto it = tables_.find(key);
    if (it != tables_.end() && it->second.record == record) return it->second.table;
    MR_ASSIGN(TablePtr table, decode_table(record));
    if (tables_.size() >= kTablesMax) tables_.clear();
    tables_[key] = Entry{record, table};
    return table;
  }

 private:
  static constexpr size_t kTablesMax = 256;
  struct Entry {
    std::string record;
    TablePtr table;
  };
  std::unordered_map<std::string, Entry> tables_;
};

}  // namespace

Result<TablePtr> find_table(svc::Context& ctx, std::string_view name) {
  thread_local TableCache cache;
  const std::string key = table_record_key(ctx.scope(), name);
  MR_ASSIGN(std::optional<std::string> record, ctx.txn().get(key));
  if (!record) return TablePtr();
  MR_ASSIGN(TablePtr table, cache.decode(key, *record));
  if (table->gone_at && ctx.now() >= *table->gone_at) return TablePtr();
  return table;
}

Result<TablePtr> active_table(svc::Context& ctx, std::string_view name_or_arn) {
  MR_ASSIGN(std::string name, table_name_of(ctx, name_or_arn));
  MR_ASSIGN(TablePtr table, find_table(ctx, name));
  if (!table || table->gone_at || ctx.now() < table->active_at) return resource_not_found();
  return table;
}

Result<TablePtr> existing_table(svc::Context& ctx, std::string_view name_or_arn) {
  MR_ASSIGN(std::string name, table_name_of(ctx, name_or_arn));
  MR_ASSIGN(TablePtr table, find_table(ctx, name));
  if (!table) return table_not_found(name);
  return table;
}

uint64_t new_id() { return thread_rng().next(); }

}  // namespace millrace::dynamodb
