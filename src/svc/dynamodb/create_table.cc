// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
#include <fmt/format.h>

#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/stream.h"
#include "svc/dynamodb/table_capacity.h"
#include "svc/dynamodb/table_description.h"
#include "svc/dynamodb/table_schema.h"
#include "svc/dynamodb/tags.h"

namespace millrace::dynamodb {

namespace {

Status check_supported(const api::CreateTableInput& in) {
  if (in.resource_policy) return not_supported("ResourcePolicy");
  if (in.global_table_source_arn) return not_supported("GlobalTableSourceArn");
  if (in.global_table_settings_replication_mode) {
    return not_supported("GlobalTableSettingsReplicationMode");
  }
  return ok_status();
}

Status read_indexes(const api::CreateTableInput& in, Table& table) {
  if (in.local_secondary_indexes) {
    if (in.local_secondary_indexes->empty()) {
      return invalid_parameters("List of LocalSecondaryIndexes is empty");
    }
    for (const auto& request : *in.local_secondary_indexes) {
      MR_ASSIGN(Index index, read_index(request, table.attributes));
      table.indexes.push_back(std::move(index));
    }
  }
  if (in.global_secondary_indexes) {
    if (in.global_secondary_indexes->empty()) {
      return invalid_parameters("List of GlobalSecondaryIndexes is empty");
    }
    for (const auto& request : *in.global_secondary_indexes) {
      MR_ASSIGN(Index index, read_index(request, table.attributes));
      const CapacityOwner owner{index.name, table.on_demand, true};
      MR_ASSIGN(index.throughput, read_throughput(request.provisioned_throughput, owner));
      MR_TRY(change_on_demand_limits(request.on_demand_throughput, owner, index.on_demand_limits));
      MR_TRY(change_warm_throughput(request.warm_throughput, owner, index.throughput, index.warm));
      table.indexes.push_back(std::move(index));
    }
  }
  for (Index& index : table.indexes)
    index.id = table.next_index_id++;
  MR_TRY(check_indexes(table.indexes, table.key));
  return check_definitions_used(table.attributes, table.key, table.indexes);
}

// Optional in the model, for a replica takes them from its source; required here.
Status check_schema_given(const api::CreateTableInput& in) {
  std::vector<std::string_view> missing;
  if (!in.attribute_definitions) missing.emplace_back("attributeDefinitions");
  if (!in.key_schema) missing.emplace_back("keySchema");
  if (missing.empty()) return ok_status();
  std::vector<std::string> problems;
  for (std::string_view name : missing) {
    problems.push_back(fmt::format(
        "Value null at '{}' failed to satisfy constraint: Member must not be null", name));
  }
  return validation(fmt::format("{} validation error{} detected: {}", problems.size(),
                                problems.size() > 1 ? "s" : "", fmt::join(problems, "; ")));
}

Result<Table> read_table_request(svc::Context& ctx, const api::CreateTableInput& in) {
  MR_TRY(check_supported(in));
  MR_TRY(check_schema_given(in));
  Table table;
  table.scope = ctx.scope();
  MR_ASSIGN(table.name, table_name_of(ctx, in.table_name));
  table.on_demand = in.billing_mode == "PAY_PER_REQUEST";
  const CapacityOwner owner{.on_demand = table.on_demand, .in_new_table = true};
  MR_ASSIGN(table.throughput, read_throughput(in.provisioned_throughput, owner));
  MR_TRY(change_on_demand_limits(in.on_demand_throughput, owner, table.on_demand_limits));
  MR_TRY(change_warm_throughput(in.warm_throughput, owner, table.throughput, table.warm));
  if (in.sse_specification) MR_TRY(check_encryption(*in.sse_specification));
  if (in.sse_specification) table.kms_key_arn = kms_key_of(ctx, *in.sse_specification);
  MR_ASSIGN(table.attributes, read_attribute_definitions(in.attribute_definitions));
  MR_ASSIGN(table.key, read_key_schema(*in.key_schema, table.attributes));
  MR_TRY(read_indexes(in, table));
  table.table_class = in.table_class.value_or("");
  table.deletion_protection = in.deletion_protection_enabled.value_or(false);
  table.id = new_id();
  table.uuid = random_uuid(thread_rng());
  table.created = ctx.now();
  table.active_at = ctx.now().plus_ms(kTableTransitionMs);
  if (table.on_demand) table.last_on_demand_at = ctx.now();
  return table;
}

Status start_stream(svc::Context& ctx, const api::StreamSpecification& request, Table& table) {
  if (!request.stream_enabled) {
    if (!request.stream_view_type) return ok_status();
    return invalid_parameters(
        "Table is being created with a stream disabled, UpdateViewType should not be specified");
  }
  if (!request.stream_view_type) {
    return invalid_parameters(
        "Table is being created with a stream enabled, UpdateViewType is required");
  }
  return enable_stream(ctx, table, *request.stream_view_type);
}

// What AWS tells from the first DescribeTable on ("ack-api-quirks", DDB-TABLE-033, 138).
void leave_out_later_fields(const api::CreateTableInput& in, api::TableDescription& description) {
  if (!in.warm_throughput) description.warm_throughput.reset();
  if (description.global_secondary_indexes) {
    for (auto& index : *description.global_secondary_indexes)
      index.warm_throughput.reset();
  }
  if (description.billing_mode_summary) {
    description.billing_mode_summary->last_update_to_pay_per_request_date_time.reset();
  }
}

}  // namespace

Result<api::CreateTableOutput> create_table(svc::Context& ctx, const api::CreateTableInput& in) {
  MR_ASSIGN(Table table, read_table_request(ctx, in));
  if (in.tags) MR_TRY(check_tags(*in.tags));
  MR_ASSIGN(TablePtr existing, find_table(ctx, table.name));
  if (existing) {
    return resource_in_use(fmt::format("Table already exists: {}", table.name));
  }
  if (in.stream_specification) MR_TRY(start_stream(ctx, *in.stream_specification, table));
  if (in.tags) save_tags(ctx.txn(), ctx.scope(), table.name, tags_of(*in.tags));
  save_table(ctx.txn(), table);
  api::CreateTableOutput out;
  MR_ASSIGN(out.table_description, describe(ctx, table));
  leave_out_later_fields(in, *out.table_description);
  return out;
}

}  // namespace millrace::dynamodb
