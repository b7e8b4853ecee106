// The table's record: JSON, version 1. docs/formats.md, "DynamoDB".
#include <charconv>

#include "codec/json.h"
#include "svc/dynamodb/store_keys.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

using codec::AttributeValue;
using codec::Json;
using Type = AttributeValue::Type;

namespace {

constexpr int kRecordVersion = 1;

Json id_to_json(uint64_t id) { return Json(std::to_string(id)); }  // JSON numbers are signed

uint64_t id_from(const Json& json, std::string_view name) {
  const std::string_view text = json.get_string(name, "0");
  uint64_t id = 0;
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id;
}

int64_t int_from(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  const int64_t* value = member != nullptr ? member->as_int() : nullptr;
  return value != nullptr ? *value : 0;
}

bool flag_from(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  const bool* value = member != nullptr ? member->as_bool() : nullptr;
  return value != nullptr && *value;
}

std::optional<Instant> instant_from(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  const int64_t* value = member != nullptr ? member->as_int() : nullptr;
  return value != nullptr ? std::optional(Instant{*value}) : std::nullopt;
}

Type type_from(std::string_view name) {
  return name == "N" ? Type::kN : name == "B" ? Type::kB : Type::kS;
}

Json key_to_json(const KeySchema& key) {
  Json json = Json::object();
  json.set("hash", key.hash.name).set("hash_type", AttributeValue::type_name(key.hash.type));
  if (key.range) {
    json.set("range", key.range->name)
        .set("range_type", AttributeValue::type_name(key.range->type));
  }
  return json;
}

KeySchema key_from(const Json& json) {
  KeySchema key{{std::string(json.get_string("hash")), type_from(json.get_string("hash_type"))},
                {}};
  if (json.find("range") != nullptr) {
    key.range = KeyAttribute{std::string(json.get_string("range")),
                             type_from(json.get_string("range_type"))};
  }
  return key;
}

void set_throughput(Json& json, const Throughput& throughput) {
  json.set("read_units", throughput.read_units).set("write_units", throughput.write_units);
  if (throughput.raised_at.us != 0) json.set("raised_at", throughput.raised_at.us);
  if (throughput.lowered_at.us == 0) return;
  json.set("lowered_at", throughput.lowered_at.us);
  json.set("lowered_that_day", throughput.lowered_that_day);
}

Throughput throughput_from(const Json& json) {
  return {int_from(json, "read_units"), int_from(json, "write_units"),
          Instant{int_from(json, "raised_at")}, Instant{int_from(json, "lowered_at")},
          int_from(json, "lowered_that_day")};
}

void set_limits(Json& json, const OnDemandLimits& limits) {
  if (limits.read_units) json.set("read_units_max", *limits.read_units);
  if (limits.write_units) json.set("write_units_max", *limits.write_units);
}

OnDemandLimits limits_from(const Json& json) {
  OnDemandLimits limits;
  if (json.find("read_units_max") != nullptr) limits.read_units = int_from(json, "read_units_max");
  if (json.find("write_units_max") != nullptr) {
    limits.write_units = int_from(json, "write_units_max");
  }
  return limits;
}

void set_warm(Json& json, const WarmThroughput& warm) {
  json.set("warm_read_units", warm.read_units).set("warm_write_units", warm.write_units);
}

WarmThroughput warm_from(const Json& json) {
  return {int_from(json, "warm_read_units"), int_from(json, "warm_write_units")};
}

Json index_to_json(const Index& index) {
  Json json = Json::object();
  json.set("id", static_cast<int64_t>(index.id)).set("name", index.name);
  json.set("global", index.is_global).set("key", key_to_json(index.key));
  json.set("projection", to_string(index.projection));
  Json names = Json::array();
  for (const auto& name : index.non_key_attributes)
    names.push(name);
  json.set("non_key_attributes", std::move(names));
  set_throughput(json, index.throughput);
  set_limits(json, index.on_demand_limits);
  set_warm(json, index.warm);
  json.set("backfilling", index.backfilling);
  return json;
}

Index index_from(const Json& json) {
  Index index;
  index.id = static_cast<uint32_t>(int_from(json, "id"));
  index.name = json.get_string("name");
  index.is_global = flag_from(json, "global");
  if (const Json* key = json.find("key")) index.key = key_from(*key);
  const std::string_view projection = json.get_string("projection");
  index.projection = projection == "ALL"       ? ProjectionKind::kAll
                     : projection == "INCLUDE" ? ProjectionKind::kInclude
                                               : ProjectionKind::kKeysOnly;
  if (const Json* names = json.find("non_key_attributes"); names && names->as_array()) {
    for (const Json& name : *names->as_array()) {
      if (name.as_string()) index.non_key_attributes.push_back(*name.as_string());
    }
  }
  index.throughput = throughput_from(json);
  index.on_demand_limits = limits_from(json);
  index.warm = warm_from(json);
  index.backfilling = flag_from(json, "backfilling");
  return index;
}

Json to_json(const Table& table) {
  Json json = Json::object();
  json.set("version", kRecordVersion).set("account", table.scope.account);
  json.set("region", table.scope.region).set("name", table.name).set("id", id_to_json(table.id));
  json.set("uuid", table.uuid).set("key", key_to_json(table.key));
  Json attributes = Json::object();
  for (const auto& [name, type] : table.attributes) {
    attributes.set(name, AttributeValue::type_name(type));
  }
  json.set("attributes", std::move(attributes));
  Json indexes = Json::array();
  for (const Index& index : table.indexes)
    indexes.push(index_to_json(index));
  json.set("indexes", std::move(indexes));
  json.set("next_index_id", static_cast<int64_t>(table.next_index_id));
  if (table.stream) {
    Json stream = Json::object();
    stream.set("id", id_to_json(table.stream->id)).set("label", table.stream->label);
    json.set("stream", std::move(stream.set("view_type", table.stream->view_type)));
  }
  json.set("latest_stream_label", table.latest_stream_label);
  if (table.ttl) {
    Json ttl = Json::object();
    ttl.set("attribute", table.ttl->attribute).set("backfilling", table.ttl->backfilling);
    json.set("ttl", std::move(ttl));
  }
  json.set("on_demand", table.on_demand).set("table_class", table.table_class);
  set_throughput(json, table.throughput);
  set_limits(json, table.on_demand_limits);
  set_warm(json, table.warm);
  if (!table.kms_key_arn.empty()) json.set("kms_key_arn", table.kms_key_arn);
  json.set("deletion_protection", table.deletion_protection);
  json.set("created", table.created.us).set("active_at", table.active_at.us);
  json.set("last_on_demand_at", table.last_on_demand_at.us);
  json.set("ttl_changed_at", table.ttl_changed_at.us);
  if (table.updated_at) json.set("updated_at", table.updated_at->us);
  if (table.gone_at) json.set("gone_at", table.gone_at->us);
  return json;
}

}  // namespace

void save_table(store::Txn& txn, const Table& table) {
  txn.put(table_record_key(table.scope, table.name), to_json(table).dump());
}

Result<TablePtr> decode_table(std::string_view record) {
  MR_ASSIGN(Json json, Json::parse(record));
  if (int_from(json, "version") != kRecordVersion) {
    return Error::internal("table record of an unknown version");
  }
  auto table = std::make_shared<Table>();
  table->scope = {std::string(json.get_string("account")), std::string(json.get_string("region"))};
  table->name = json.get_string("name");
  table->id = id_from(json, "id");
  table->uuid = json.get_string("uuid");
  if (const Json* key = json.find("key")) table->key = key_from(*key);
  if (const Json* attributes = json.find("attributes"); attributes && attributes->as_object()) {
    for (const auto& [name, type] : *attributes->as_object()) {
      table->attributes[name] = type_from(type.as_string() ? *type.as_string() : "S");
    }
  }
  if (const Json* indexes = json.find("indexes"); indexes && indexes->as_array()) {
    for (const Json& index : *indexes->as_array())
      table->indexes.push_back(index_from(index));
  }
  table->next_index_id = static_cast<uint32_t>(int_from(json, "next_index_id"));
  if (const Json* stream = json.find("stream")) {
    table->stream = StreamSettings{id_from(*stream, "id"), std::string(stream->get_string("label")),
                                   std::string(stream->get_string("view_type"))};
  }
  table->latest_stream_label = json.get_string("latest_stream_label");
  if (const Json* ttl = json.find("ttl")) {
    table->ttl =
        TimeToLive{std::string(ttl->get_string("attribute")), flag_from(*ttl, "backfilling")};
  }
  table->on_demand = flag_from(json, "on_demand");
  table->throughput = throughput_from(json);
  table->on_demand_limits = limits_from(json);
  table->warm = warm_from(json);
  table->kms_key_arn = json.get_string("kms_key_arn");
  table->table_class = json.get_string("table_class");
  table->deletion_protection = flag_from(json, "deletion_protection");
  table->created = Instant{int_from(json, "created")};
  table->active_at = Instant{int_from(json, "active_at")};
  table->last_on_demand_at = Instant{int_from(json, "last_on_demand_at")};
  table->ttl_changed_at = Instant{int_from(json, "ttl_changed_at")};
  table->updated_at = instant_from(json, "updated_at");
  table->gone_at = instant_from(json, "gone_at");
  table->items_prefix = part_key(table->scope, Part::kItem).u64(table->id).key();
  return TablePtr(std::move(table));
}

}  // namespace millrace::dynamodb
