// Table: what we know of one table: schema, indexes, stream, settings. Kept as one JSON record in
// the store; a write that changes it makes every item write that ran beside it run again, so no
// operation can see half of a change.
//
// States follow from the clock: a table is CREATING until `active_at`, gone from `gone_at` on.
// Thread safety: immutable once loaded, shared between requests.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "codec/attribute_value.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

struct KeyAttribute {
  std::string name;
  codec::AttributeValue::Type type;  // kS, kN or kB
};

struct KeySchema {
  KeyAttribute hash;
  std::optional<KeyAttribute> range;
};

enum class ProjectionKind : uint8_t { kAll, kKeysOnly, kInclude };
std::string_view to_string(ProjectionKind kind);

struct Throughput {
  int64_t read_units = 0;
  int64_t write_units = 0;
  // When it was last raised and lowered; zero: never. AWS counts the times of a day (UTC).
  Instant raised_at;
  Instant lowered_at;
  int64_t lowered_that_day = 0;

  int64_t decreases_today(Instant now) const;
  // Takes the units of `wanted` and notes the direction.
  void change_to(const Throughput& wanted, Instant now);
};

// OnDemandThroughput: the most that an on-demand table or index may be asked for. Kept and
// reported.
struct OnDemandLimits {
  std::optional<int64_t> read_units;
  std::optional<int64_t> write_units;
};

// WarmThroughput: what a table or index takes at once. It only ever rises. Kept and reported.
struct WarmThroughput {
  int64_t read_units = 0;
  int64_t write_units = 0;
};

struct Index {
  uint32_t id = 0;  // within the table, never reused
  std::string name;
  bool is_global = true;
  KeySchema key;
  ProjectionKind projection = ProjectionKind::kAll;
  std::vector<std::string> non_key_attributes;
  Throughput throughput;
  OnDemandLimits on_demand_limits;
  WarmThroughput warm;
  bool backfilling = false;
  bool deleting = false;  // in the answer that says so; never stored

  bool projects(std::string_view attribute, const KeySchema& table_key) const;
};

// The stream that is switched on.
struct StreamSettings {
  uint64_t id = 0;
  std::string label;      // "2026-01-31T12:34:56.789"
  std::string view_type;  // NEW_AND_OLD_IMAGES, …
};

struct TimeToLive {
  std::string attribute;
  bool backfilling = false;  // the expiry index is not whole yet
};

struct Table {
  svc::Scope scope;
  std::string name;
  uint64_t id = 0;   // names the table's data in the store; never reused
  std::string uuid;  // TableId
  KeySchema key;
  std::map<std::string, codec::AttributeValue::Type> attributes;  // AttributeDefinitions
  std::vector<Index> indexes;
  uint32_t next_index_id = 1;
  std::optional<StreamSettings> stream;
  std::string latest_stream_label;  // also after it was switched off
  std::optional<TimeToLive> ttl;
  bool on_demand = true;
  Throughput throughput;
  OnDemandLimits on_demand_limits;
  WarmThroughput warm;
  std::string table_class;  // empty: never chosen
  std::string kms_key_arn;  // of SSESpecification; empty: AWS's own key, which is not shown
  bool deletion_protection = false;
  Instant created;
  Instant active_at;
  Instant last_on_demand_at;
  Instant ttl_changed_at;
  std::optional<Instant> updated_at;  // UPDATING until then
  std::optional<Instant> gone_at;     // DELETING until then

  // Made from the above; not stored.
  std::string items_prefix;

  std::string arn() const;
  std::string index_arn(std::string_view index_name) const;
  std::string stream_arn(std::string_view label) const;
  const Index* find_index(std::string_view index_name) const;
  Index* find_index(std::string_view index_name);
  std::string_view status(Instant now) const;
  std::string index_prefix(const Index& index) const;
  std::string stream_prefix() const;
  // Whether anything but the item itself depends on an item's content.
  bool has_derived_data() const { return !indexes.empty() || stream || ttl; }
};

using TablePtr = std::shared_ptr<const Table>;

// The name in a TableName parameter, which may also be the table's ARN. ValidationException for a
// name that cannot be, or an ARN of another account or region.
Result<std::string> table_name_of(const svc::Context& ctx, std::string_view parameter);

// The table, if it is there at all (CREATING and DELETING too). Null when it is not.
Result<TablePtr> find_table(svc::Context& ctx, std::string_view name);
// For item operations: the table when it takes requests, else ResourceNotFoundException.
Result<TablePtr> active_table(svc::Context& ctx, std::string_view name_or_arn);
// For table operations: any state but gone, else "Table: NAME not found".
Result<TablePtr> existing_table(svc::Context& ctx, std::string_view name_or_arn);

void save_table(store::Txn& txn, const Table& table);
// The record itself, for background work.
std::string table_record_key(const svc::Scope& scope, std::string_view name);
Result<TablePtr> decode_table(std::string_view record);

// A new number for a table's or stream's data: random, so that nothing has to count.
uint64_t new_id();

}  // namespace millrace::dynamodb
