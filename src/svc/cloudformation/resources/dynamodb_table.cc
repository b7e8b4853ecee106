#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "aws/dynamodb.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html
namespace {

namespace ddb = aws::dynamodb;
using codec::Json;

constexpr const aws::Operation* kCreate = &ddb::CreateTable::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "TableName", .on_change = OnChange::kReplace},
    {.name = "AttributeDefinitions", .operation = kCreate},
    {.name = "KeySchema",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "BillingMode", .operation = kCreate},
    {.name = "ProvisionedThroughput", .operation = kCreate},
    {.name = "GlobalSecondaryIndexes", .operation = kCreate},
    {.name = "LocalSecondaryIndexes", .on_change = OnChange::kReplace, .operation = kCreate},
    {.name = "StreamSpecification", .nested = "StreamViewType"},
    {.name = "SSESpecification", .nested = "SSEEnabled,SSEType,KMSMasterKeyId"},
    {.name = "TimeToLiveSpecification", .nested = "AttributeName,Enabled"},
    {.name = "DeletionProtectionEnabled", .operation = kCreate},
    {.name = "TableClass", .operation = kCreate},
    {.name = "Tags", .nested = "Key,Value"},
};
constexpr std::string_view kAttributes[] = {"Arn", "StreamArn"};

std::optional<ddb::StreamSpecification> stream_of(const Json& properties) {
  const Json* stream = properties.find("StreamSpecification");
  if (stream == nullptr) return std::nullopt;
  ddb::StreamSpecification out;
  out.stream_enabled = true;
  out.stream_view_type = stream->get_string("StreamViewType");
  return out;
}

std::optional<ddb::SSESpecification> encryption_of(const Json& properties) {
  const Json* encryption = properties.find("SSESpecification");
  if (encryption == nullptr) return std::nullopt;
  ddb::SSESpecification out;
  const Json* enabled = encryption->find("SSEEnabled");
  out.enabled = enabled != nullptr && (enabled->dump() == "true" || enabled->dump() == "\"true\"");
  if (encryption->find("SSEType")) out.sse_type = encryption->get_string("SSEType");
  if (encryption->find("KMSMasterKeyId")) {
    out.kms_master_key_id = encryption->get_string("KMSMasterKeyId");
  }
  return out;
}

bool flag_of(const Json* json) {
  return json != nullptr && (json->dump() == "true" || json->dump() == "\"true\"");
}

Status set_ttl(ResourceStep& step, const std::string& table, const Json& ttl) {
  ddb::UpdateTimeToLiveInput input{.table_name = table};
  input.time_to_live_specification.attribute_name = ttl.get_string("AttributeName");
  input.time_to_live_specification.enabled = flag_of(ttl.find("Enabled"));
  MR_TRY(step.ctx.call<ddb::UpdateTimeToLive>(input));
  return ok_status();
}

Result<ResourceState> state_of(ResourceStep& step, const std::string& table) {
  MR_ASSIGN(auto described, step.ctx.call<ddb::DescribeTable>({table}));
  ResourceState state{.physical_id = table};
  state.attributes.set("Arn", described.table->table_arn.value_or(""));
  if (described.table->latest_stream_arn) {
    state.attributes.set("StreamArn", *described.table->latest_stream_arn);
  }
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<ddb::CreateTable>(step));
  input.table_name = step.text("TableName", step.generated_name(255));
  input.stream_specification = stream_of(step.properties);
  input.sse_specification = encryption_of(step.properties);
  put_tags(step, input);
  MR_TRY(step.ctx.call<ddb::CreateTable>(input));
  if (const Json* ttl = step.properties.find("TimeToLiveSpecification");
      ttl != nullptr && flag_of(ttl->find("Enabled"))) {
    MR_TRY(set_ttl(step, input.table_name, *ttl));
  }
  return state_of(step, input.table_name);
}

const Json* find_index(const Json& properties, const std::string& name) {
  for (const Json& index : *properties.find("GlobalSecondaryIndexes")->as_array()) {
    if (index.get_string("IndexName") == name) return &index;
  }
  return nullptr;
}

// Of an index that stays, its throughput alone may change.
Status update_index(ResourceStep& step, const Json& before, const ddb::GlobalSecondaryIndex& wanted,
                    std::vector<ddb::GlobalSecondaryIndexUpdate>& updates) {
  Json was = before;
  Json is = *find_index(step.properties, wanted.index_name);
  if (was == is) return ok_status();
  was.erase("ProvisionedThroughput");
  is.erase("ProvisionedThroughput");
  if (!(was == is)) {
    return Error("ValidationError", 400,
                 "Cannot update GSI's properties other than Provisioned Throughput and Contributor "
                 "Insights Specification. You can create a new GSI with a different name.");
  }
  if (!wanted.provisioned_throughput) return ok_status();
  ddb::UpdateGlobalSecondaryIndexAction action;
  action.index_name = wanted.index_name;
  action.provisioned_throughput = wanted.provisioned_throughput;
  updates.emplace_back().update = std::move(action);
  return ok_status();
}

// One index may come or go in an update, as on AWS.
Result<std::vector<ddb::GlobalSecondaryIndexUpdate>> index_updates(
    ResourceStep& step, const ResourceRecord& before, const ddb::CreateTableInput& wanted) {
  std::vector<ddb::GlobalSecondaryIndexUpdate> updates;
  std::map<std::string, Json> had;
  if (const Json* old = before.properties.find("GlobalSecondaryIndexes"); old && old->is_array()) {
    for (const Json& index : *old->as_array())
      had[std::string(index.get_string("IndexName"))] = index;
  }
  std::set<std::string> has;
  if (wanted.global_secondary_indexes) {
    for (const ddb::GlobalSecondaryIndex& index : *wanted.global_secondary_indexes) {
      has.insert(index.index_name);
      if (auto old = had.find(index.index_name); old != had.end()) {
        MR_TRY(update_index(step, old->second, index, updates));
        continue;
      }
      ddb::CreateGlobalSecondaryIndexAction create_action;
      create_action.index_name = index.index_name;
      create_action.key_schema = index.key_schema;
      create_action.projection = index.projection;
      create_action.provisioned_throughput = index.provisioned_throughput;
      updates.emplace_back().create = std::move(create_action);
    }
  }
  for (const auto& [name, index] : had) {
    if (has.contains(name)) continue;
    ddb::DeleteGlobalSecondaryIndexAction delete_action;
    delete_action.index_name = name;
    updates.emplace_back().delete_ = std::move(delete_action);
  }
  auto moves = std::count_if(updates.begin(), updates.end(),
                             [](const auto& update) { return !update.update.has_value(); });
  if (moves > 1) {
    return Error("InvalidRequest", 400,
                 "Cannot perform more than one GSI creation or deletion in a single update");
  }
  return updates;
}

bool is_encrypted(const Json& properties) {
  const auto encryption = encryption_of(properties);
  return encryption && encryption->enabled.value_or(false);
}

// UpdateTable takes one kind of change at a time. Indexes come last: while one is being filled the
// table takes no other change.
Result<std::vector<ddb::UpdateTableInput>> table_updates(ResourceStep& step,
                                                         const ResourceRecord& before,
                                                         const ddb::CreateTableInput& wanted) {
  std::vector<ddb::UpdateTableInput> updates;
  const auto add = [&]() -> ddb::UpdateTableInput& {
    updates.push_back({.table_name = before.physical_id});
    return updates.back();
  };
  if (changed(step, before, "SSESpecification") &&
      (is_encrypted(before.properties) || is_encrypted(step.properties))) {
    auto encryption = encryption_of(step.properties);
    if (!encryption) encryption = ddb::SSESpecification{.enabled = false};
    add().sse_specification = std::move(encryption);
  }
  if (changed(step, before, "DeletionProtectionEnabled")) {
    add().deletion_protection_enabled = wanted.deletion_protection_enabled.value_or(false);
  }
  if (changed(step, before, "TableClass")) {
    add().table_class = wanted.table_class.value_or("STANDARD");
  }
  if (changed(step, before, "StreamSpecification")) {
    auto stream = stream_of(step.properties);
    if (!stream) stream = ddb::StreamSpecification{.stream_enabled = false};
    add().stream_specification = std::move(stream);
  }
  MR_ASSIGN(auto indexes, index_updates(step, before, wanted));
  if (changed(step, before, "BillingMode") || changed(step, before, "ProvisionedThroughput")) {
    auto& update = add();
    update.billing_mode = wanted.billing_mode.value_or("PROVISIONED");
    update.provisioned_throughput = wanted.provisioned_throughput;
    // A table that becomes provisioned wants the throughput of its indexes in the same request.
    const auto moves =
        std::ranges::partition(indexes, [](const auto& index) { return index.update.has_value(); });
    std::vector<ddb::GlobalSecondaryIndexUpdate> stay(indexes.begin(), moves.begin());
    indexes.erase(indexes.begin(), moves.begin());
    if (!stay.empty()) update.global_secondary_index_updates = std::move(stay);
  }
  if (!indexes.empty()) {
    auto& update = add();
    update.global_secondary_index_updates = std::move(indexes);
    update.attribute_definitions = wanted.attribute_definitions;
  }
  return updates;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  const std::string& table = before.physical_id;
  MR_ASSIGN(auto wanted, bind<ddb::CreateTable>(step));
  MR_ASSIGN(auto updates, table_updates(step, before, wanted));
  for (const ddb::UpdateTableInput& input : updates)
    MR_TRY(step.ctx.call<ddb::UpdateTable>(input));
  if (changed(step, before, "TimeToLiveSpecification")) {
    const Json* ttl = step.properties.find("TimeToLiveSpecification");
    Json off = *(ttl != nullptr ? ttl : before.properties.find("TimeToLiveSpecification"));
    if (ttl == nullptr) off.set("Enabled", false);
    MR_TRY(set_ttl(step, table, off));
  }
  std::string arn = step.ctx.arn("dynamodb", "table/" + table);
  MR_TRY((change_tags<ddb::TagResource, ddb::UntagResource>(
      step, before, {.tag = {.resource_arn = arn}, .untag = {.resource_arn = arn}})));
  return state_of(step, table);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<ddb::DeleteTable>({before.physical_id}));
}

Result<bool> ready(svc::Context& ctx, const ResourceRecord& made) {
  MR_ASSIGN(auto described, ctx.call<ddb::DescribeTable>({made.physical_id}));
  if (described.table->table_status != "ACTIVE") return false;
  if (!described.table->global_secondary_indexes) return true;
  for (const auto& index : *described.table->global_secondary_indexes) {
    if (index.index_status != "ACTIVE") return false;
  }
  return true;
}

}  // namespace

const ResourceType kDynamoDbTable = {.name = "AWS::DynamoDB::Table",
                                     .properties = kProperties,
                                     .attributes = kAttributes,
                                     .tagging = Tagging::kStack,
                                     .name_property = "TableName",
                                     .create = create,
                                     .update = update,
                                     .remove = remove,
                                     .ready = ready};

}  // namespace millrace::cloudformation
