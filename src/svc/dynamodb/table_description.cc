#include "svc/dynamodb/table_description.h"

#include <algorithm>

#include "svc/dynamodb/item_store.h"
#include "svc/dynamodb/table_capacity.h"

namespace millrace::dynamodb {

namespace api = aws::dynamodb;

namespace {

api::ProvisionedThroughputDescription describe(const Throughput& throughput, Instant now) {
  api::ProvisionedThroughputDescription out{
      .number_of_decreases_today = throughput.decreases_today(now),
      .read_capacity_units = throughput.read_units,
      .write_capacity_units = throughput.write_units};
  if (throughput.raised_at.us != 0) out.last_increase_date_time = throughput.raised_at;
  if (throughput.lowered_at.us != 0) out.last_decrease_date_time = throughput.lowered_at;
  return out;
}

std::optional<api::OnDemandThroughput> describe(const OnDemandLimits& limits) {
  if (!limits.read_units && !limits.write_units) return std::nullopt;
  return api::OnDemandThroughput{.max_read_request_units = limits.read_units,
                                 .max_write_request_units = limits.write_units};
}

template <class Description>
Description describe(const WarmThroughput& warm, bool active) {
  return {.read_units_per_second = warm.read_units,
          .write_units_per_second = warm.write_units,
          .status = active ? "ACTIVE" : "UPDATING"};
}

api::Projection describe_projection(const Index& index) {
  api::Projection projection{.projection_type = std::string(to_string(index.projection))};
  if (index.projection == ProjectionKind::kInclude) {
    projection.non_key_attributes = index.non_key_attributes;
    std::ranges::sort(*projection.non_key_attributes);
  }
  return projection;
}

Status add_index(svc::Context& ctx, const Table& table, const Index& index,
                 api::TableDescription& out) {
  MR_ASSIGN(Counts counts, read_counts(ctx.txn(), table, &index));
  if (!index.is_global) {
    if (!out.local_secondary_indexes) out.local_secondary_indexes.emplace();
    out.local_secondary_indexes->push_back({.index_name = index.name,
                                            .key_schema = describe(index.key),
                                            .projection = describe_projection(index),
                                            .index_size_bytes = counts.bytes,
                                            .item_count = counts.items,
                                            .index_arn = table.index_arn(index.name)});
    return ok_status();
  }
  const bool active = !index.backfilling && ctx.now() >= table.active_at;
  api::GlobalSecondaryIndexDescription description{
      .index_name = index.name,
      .key_schema = describe(index.key),
      .projection = describe_projection(index),
      .index_status = table.gone_at || index.deleting ? "DELETING"
                      : active                        ? "ACTIVE"
                                                      : "CREATING",
      .provisioned_throughput = describe(index.throughput, ctx.now()),
      .index_size_bytes = counts.bytes,
      .item_count = counts.items,
      .index_arn = table.index_arn(index.name),
      .on_demand_throughput = describe(index.on_demand_limits),
      .warm_throughput = describe<api::GlobalSecondaryIndexWarmThroughputDescription>(
          warm_throughput_of(index.warm, table.on_demand, index.throughput), active)};
  if (index.backfilling) description.backfilling = true;
  if (!out.global_secondary_indexes) out.global_secondary_indexes.emplace();
  out.global_secondary_indexes->push_back(std::move(description));
  return ok_status();
}

}  // namespace

std::vector<api::KeySchemaElement> describe(const KeySchema& key) {
  std::vector<api::KeySchemaElement> out{{key.hash.name, "HASH"}};
  if (key.range) out.push_back({key.range->name, "RANGE"});
  return out;
}

Result<api::TableDescription> describe(svc::Context& ctx, const Table& table) {
  MR_ASSIGN(Counts counts, read_counts(ctx.txn(), table, nullptr));
  api::TableDescription out;
  out.attribute_definitions.emplace();
  for (const auto& [name, type] : table.attributes) {
    out.attribute_definitions->push_back(
        {name, std::string(codec::AttributeValue::type_name(type))});
  }
  out.table_name = table.name;
  out.key_schema = describe(table.key);
  out.table_status = table.status(ctx.now());
  out.creation_date_time = table.created;
  out.provisioned_throughput = describe(table.throughput, ctx.now());
  out.on_demand_throughput = describe(table.on_demand_limits);
  out.table_size_bytes = counts.bytes;
  out.item_count = counts.items;
  out.table_arn = table.arn();
  out.table_id = table.uuid;
  if (table.on_demand) {
    out.billing_mode_summary = {
        .billing_mode = "PAY_PER_REQUEST",
        .last_update_to_pay_per_request_date_time = table.last_on_demand_at};
  } else if (table.last_on_demand_at.us != 0) {
    out.billing_mode_summary = {
        .billing_mode = "PROVISIONED",
        .last_update_to_pay_per_request_date_time = table.last_on_demand_at};
  }
  for (const Index& index : table.indexes)
    MR_TRY(add_index(ctx, table, index, out));
  if (table.stream) {
    out.stream_specification = {.stream_enabled = true,
                                .stream_view_type = table.stream->view_type};
  }
  if (!table.latest_stream_label.empty()) {
    out.latest_stream_label = table.latest_stream_label;
    out.latest_stream_arn = table.stream_arn(table.latest_stream_label);
  }
  if (!table.table_class.empty()) out.table_class_summary = {.table_class = table.table_class};
  if (!table.kms_key_arn.empty()) {
    out.sse_description = {
        .status = "ENABLED", .sse_type = "KMS", .kms_master_key_arn = table.kms_key_arn};
  }
  out.deletion_protection_enabled = table.deletion_protection;
  out.warm_throughput = describe<api::TableWarmThroughputDescription>(
      warm_throughput_of(table.warm, table.on_demand, table.throughput),
      ctx.now() >= table.active_at);
  return out;
}

}  // namespace millrace::dynamodb
