#include "keeper/table_settings.h"

#include <fmt/format.h>

#include "aws/struct_json.h"
#include "codec/json.h"

namespace millrace::keeper {
namespace {

namespace api = aws::dynamodb;
using codec::Json;
using KeySchema = std::vector<api::KeySchemaElement>;

constexpr int64_t kFormatVersion = 1;

Error invalid_backup(std::string_view why) {
  return Error("InvalidBackup", 400, fmt::format("table.json: {}", why));
}

const aws::Shape& table_shape() {
  return *api::DescribeTable::kDescription.output->find_member("Table")->shape;
}

std::optional<api::ProvisionedThroughput> throughput_of(
    const std::optional<api::ProvisionedThroughputDescription>& described) {
  if (!described || described->read_capacity_units.value_or(0) == 0) return std::nullopt;
  return api::ProvisionedThroughput{*described->read_capacity_units,
                                    described->write_capacity_units.value_or(1)};
}

bool is_provisioned(const api::TableDescription& table) {
  if (table.billing_mode_summary && table.billing_mode_summary->billing_mode) {
    return *table.billing_mode_summary->billing_mode == "PROVISIONED";
  }
  return throughput_of(table.provisioned_throughput).has_value();
}

void copy_indexes(const api::TableDescription& table, bool provisioned,
                  api::CreateTableInput& create) {
  if (table.local_secondary_indexes && !table.local_secondary_indexes->empty()) {
    auto& indexes = create.local_secondary_indexes.emplace();
    for (const auto& index : *table.local_secondary_indexes) {
      indexes.push_back({index.index_name.value_or(""), index.key_schema.value_or(KeySchema()),
                         index.projection.value_or(api::Projection())});
    }
  }
  if (table.global_secondary_indexes && !table.global_secondary_indexes->empty()) {
    auto& indexes = create.global_secondary_indexes.emplace();
    for (const auto& index : *table.global_secondary_indexes) {
      api::GlobalSecondaryIndex copy{index.index_name.value_or(""),
                                     index.key_schema.value_or(KeySchema()),
                                     index.projection.value_or(api::Projection())};
      if (provisioned) copy.provisioned_throughput = throughput_of(index.provisioned_throughput);
      indexes.push_back(std::move(copy));
    }
  }
}

}  // namespace

std::vector<std::string> key_names(const api::TableDescription& table) {
  std::vector<std::string> names;
  for (const char* type : {"HASH", "RANGE"}) {
    for (const auto& element : table.key_schema.value_or(KeySchema())) {
      if (element.key_type == type) names.push_back(element.attribute_name);
    }
  }
  return names;
}

Result<codec::Item> key_of(const codec::Item& item, const std::vector<std::string>& names) {
  codec::Item key;
  for (const std::string& name : names) {
    const codec::AttributeValue* value = item.get(name);
    if (value == nullptr) {
      return Error("InvalidItem", 400, fmt::format("an item has no key attribute '{}'", name));
    }
    key.insert_or_assign(name, *value);
  }
  return key;
}

api::CreateTableInput create_like(const TableSettings& settings, std::string name) {
  const api::TableDescription& table = settings.table;
  api::CreateTableInput create{.attribute_definitions = table.attribute_definitions,
                               .table_name = std::move(name),
                               .key_schema = table.key_schema};
  const bool provisioned = is_provisioned(table);
  create.billing_mode = provisioned ? "PROVISIONED" : "PAY_PER_REQUEST";
  if (provisioned) create.provisioned_throughput = throughput_of(table.provisioned_throughput);
  copy_indexes(table, provisioned, create);
  if (table.table_class_summary) create.table_class = table.table_class_summary->table_class;
  if (table.deletion_protection_enabled.value_or(false)) create.deletion_protection_enabled = true;
  if (!settings.tags.empty()) {
    auto& tags = create.tags.emplace();
    for (const auto& [key, value] : settings.tags)
      tags.push_back({key, value});
  }
  return create;
}

std::string settings_to_json(const TableSettings& settings) {
  std::string table;
  aws::append_json_struct(table, table_shape(), &settings.table, aws::BodyMembers::kAll,
                          {aws::TimestampFormat::kUnixTimestamp});
  Json tags = Json::object();
  for (const auto& [key, value] : settings.tags)
    tags.set(key, value);
  return fmt::format("{{\"FormatVersion\":{},\"Table\":{},\"Tags\":{},\"TimeToLiveAttribute\":{}}}",
                     kFormatVersion, table, tags.dump(), Json(settings.ttl_attribute).dump());
}

Result<TableSettings> settings_from_json(std::string_view text) {
  auto json = Json::parse(text);
  if (!json.ok()) return invalid_backup(json.error().message());
  const Json* version = json->find("FormatVersion");
  if (version == nullptr || !version->is_int() || *version->as_int() != kFormatVersion) {
    return invalid_backup("its FormatVersion is not 1: made by a newer Millrace?");
  }
  const Json* table = json->find("Table");
  if (table == nullptr) return invalid_backup("it has no Table");
  TableSettings settings;
  aws::ReadState state;
  MR_TRY(aws::read_json_struct(table_shape(), table->dump(), aws::BodyMembers::kAll,
                               &settings.table, state));
  if (key_names(settings.table).empty()) return invalid_backup("its Table has no KeySchema");
  if (const Json* tags = json->find("Tags"); tags != nullptr && tags->is_object()) {
    for (const auto& [key, value] : *tags->as_object()) {
      if (const auto* tag = value.as_string()) settings.tags[key] = *tag;
    }
  }
  settings.ttl_attribute = json->get_string("TimeToLiveAttribute");
  return settings;
}

Result<TableSettings> settings_from_key_schema(std::string_view text) {
  TableSettings settings;
  auto& definitions = settings.table.attribute_definitions.emplace();
  auto& schema = settings.table.key_schema.emplace();
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    size_t colon = part.rfind(':');
    std::string_view type = colon == std::string_view::npos ? "" : part.substr(colon + 1);
    bool known = type == "S" || type == "N" || type == "B";
    if (!known || colon == 0 || schema.size() == 2) {
      return Error("InvalidKeySchema", 400,
                   fmt::format("'{}': a key is given as name:S, or name:S,name:N", part));
    }
    definitions.push_back({std::string(part.substr(0, colon)), std::string(type)});
    schema.push_back({definitions.back().attribute_name, schema.empty() ? "HASH" : "RANGE"});
  }
  if (schema.empty()) return Error("InvalidKeySchema", 400, "the key is missing: name:S");
  settings.table.billing_mode_summary = api::BillingModeSummary{.billing_mode = "PAY_PER_REQUEST"};
  return settings;
}

}  // namespace millrace::keeper
