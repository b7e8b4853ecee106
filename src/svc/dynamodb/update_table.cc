// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/stream.h"
#include "svc/dynamodb/table_capacity.h"
#include "svc/dynamodb/table_description.h"
#include "svc/dynamodb/table_schema.h"
#include "svc/dynamodb/update_request.h"
#include "svc/dynamodb/work.h"

namespace millrace::dynamodb {

namespace {

Error in_use(std::string_view what, const Table& table) {
  return resource_in_use(
      fmt::format("Attempt to change a resource which is still in use: Table is being {}: {}", what,
                  table.name));
}

// "The provisioned throughput for the table will not change. …"
Status check_changes(std::string_view what, const Throughput& current, const Throughput& wanted) {
  if (current.read_units != wanted.read_units || current.write_units != wanted.write_units) {
    return ok_status();
  }
  return validation(fmt::format(
      "The provisioned throughput for the {0} will not change. The requested value equals the "
      "current value. Current ReadCapacityUnits provisioned for the {0}: {1}. Requested "
      "ReadCapacityUnits: {1}. Current WriteCapacityUnits provisioned for the {0}: {2}. Requested "
      "WriteCapacityUnits: {2}. Refer to the Amazon DynamoDB Developer Guide for current limits "
      "and "
      "how to request higher limits.",
      what, current.read_units, current.write_units));
}

// Provisioned again, every global index needs its throughput in the same request.
Status check_index_throughputs(const api::UpdateTableInput& in, const Table& table) {
  std::vector<std::string_view> missing;
  for (const Index& index : table.indexes) {
    if (!index.is_global) continue;
    const auto names_it = [&](const api::GlobalSecondaryIndexUpdate& update) {
      return (update.update && update.update->index_name == index.name) ||
             (update.delete_ && update.delete_->index_name == index.name);
    };
    const auto& updates = in.global_secondary_index_updates;
    if (!updates || std::ranges::none_of(*updates, names_it)) missing.push_back(index.name);
  }
  if (missing.empty()) return ok_status();
  return invalid_parameters(fmt::format("ProvisionedThroughput must be specified for index: {}",
                                        fmt::join(missing, ",")));
}

Status switch_billing(svc::Context& ctx, const api::UpdateTableInput& in, Table& table) {
  if (in.billing_mode == "PAY_PER_REQUEST" && !table.on_demand) {
    table.on_demand = true;
    table.last_on_demand_at = ctx.now();
    for (Index& index : table.indexes)
      index.throughput.change_to({}, ctx.now());
  } else if (in.billing_mode == "PROVISIONED") {
    if (!in.provisioned_throughput) {
      return invalid_parameters(
          "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
    }
    if (!table.on_demand) return ok_status();
    MR_TRY(check_index_throughputs(in, table));
    table.on_demand = false;
    table.on_demand_limits = {};
    for (Index& index : table.indexes)
      index.on_demand_limits = {};
  }
  return ok_status();
}

// What the table has been given so far stays with it.
void keep_warm(Table& table) {
  table.warm = warm_throughput_of(table.warm, table.on_demand, table.throughput);
  for (Index& index : table.indexes)
    index.warm = warm_throughput_of(index.warm, table.on_demand, index.throughput);
}

Status update_capacity(svc::Context& ctx, const api::UpdateTableInput& in, Table& table) {
  const bool was_on_demand = table.on_demand;
  keep_warm(table);
  MR_TRY(switch_billing(ctx, in, table));
  const CapacityOwner owner{.on_demand = table.on_demand};
  MR_TRY(change_on_demand_limits(in.on_demand_throughput, owner, table.on_demand_limits));
  if (in.billing_mode || in.provisioned_throughput) {
    MR_ASSIGN(Throughput wanted, read_throughput(in.provisioned_throughput, owner));
    if (!was_on_demand && !table.on_demand) {
      MR_TRY(check_changes("table", table.throughput, wanted));
    }
    table.throughput.change_to(wanted, ctx.now());
  }
  return change_warm_throughput(in.warm_throughput, owner, table.throughput, table.warm);
}

Status update_stream(svc::Context& ctx, const api::UpdateTableInput& in, Table& table) {
  if (!in.stream_specification) return ok_status();
  const api::StreamSpecification& request = *in.stream_specification;
  if (request.stream_enabled) {
    if (!request.stream_view_type) {
      return invalid_parameters("If stream is being enabled then UpdateViewType is required");
    }
    if (table.stream) {
      return validation(
          fmt::format("Table already has an enabled stream: TableName: {}", table.name));
    }
    return enable_stream(ctx, table, *request.stream_view_type);
  }
  if (request.stream_view_type) {
    return invalid_parameters(
        "If stream is being disabled, then UpdateViewType must not be specified");
  }
  if (!table.stream) {
    return validation(fmt::format("Table has no stream to disable: TableName: {}", table.name));
  }
  return disable_stream(ctx, table);
}

Status update_encryption(svc::Context& ctx, const api::UpdateTableInput& in, Table& table) {
  if (!in.sse_specification) return ok_status();
  MR_TRY(check_encryption(*in.sse_specification));
  std::string key = kms_key_of(ctx, *in.sse_specification);
  if (key.empty() && table.kms_key_arn.empty()) {
    return invalid_parameters("Table is already encrypted by default");
  }
  if (in.sse_specification->kms_master_key_id == table.kms_key_arn) {
    return invalid_parameters(
        "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you "
        "want to change Master Key");
  }
  table.kms_key_arn = std::move(key);
  return ok_status();
}

Status create_index(svc::Context& ctx, const api::CreateGlobalSecondaryIndexAction& request,
                    Table& table) {
  api::GlobalSecondaryIndex as_gsi{.index_name = request.index_name,
                                   .key_schema = request.key_schema,
                                   .projection = request.projection};
  if (table.find_index(request.index_name) != nullptr) {
    return validation("Attempting to create an index which already exists");
  }
  MR_ASSIGN(Index index, read_index(as_gsi, table.attributes));
  const CapacityOwner owner{index.name, table.on_demand};
  MR_ASSIGN(index.throughput, read_throughput(request.provisioned_throughput, owner));
  MR_TRY(change_on_demand_limits(request.on_demand_throughput, owner, index.on_demand_limits));
  MR_TRY(change_warm_throughput(request.warm_throughput, owner, index.throughput, index.warm));
  const auto global = static_cast<size_t>(std::ranges::count_if(table.indexes, &Index::is_global));
  if (global >= kGlobalIndexesMax) {
    return limit_exceeded(fmt::format(
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of "
        "{}",
        kGlobalIndexesMax));
  }
  index.id = table.next_index_id++;
  index.backfilling = true;
  MR_TRY(begin_work(ctx, Work{.kind = WorkKind::kBackfillIndex,
                              .scope = ctx.scope(),
                              .name = table.name,
                              .id = table.id,
                              .number = index.id}));
  table.indexes.push_back(std::move(index));
  return ok_status();
}

Result<Index*> global_index(std::string_view name, std::string_view action, Table& table) {
  Index* index = table.find_index(name);
  if (index == nullptr) {
    return resource_not_found(
        fmt::format("Requested resource not found: Index {} for table {}", name, table.name));
  }
  if (!index->is_global) {
    return validation(
        fmt::format("Cannot {} an index that is not a GlobalSecondaryIndex: {}", action, name));
  }
  return index;
}

Status delete_index(svc::Context& ctx, std::string_view name, Table& table) {
  MR_ASSIGN(Index * index, global_index(name, "delete", table));
  index->deleting = true;
  MR_TRY(begin_work(ctx, Work{.kind = WorkKind::kPurgeIndex,
                              .scope = ctx.scope(),
                              .name = table.name,
                              .id = table.id,
                              .number = index->id}));
  return ok_status();
}

Status update_index(svc::Context& ctx, const api::UpdateGlobalSecondaryIndexAction& request,
                    Table& table) {
  MR_ASSIGN(Index * index, global_index(request.index_name, "update", table));
  const bool other_capacity = request.on_demand_throughput || request.warm_throughput;
  if (table.on_demand && (request.provisioned_throughput || !other_capacity)) {
    return invalid_parameters(
        fmt::format("The only Updates for index: {} when TableThroughputMode is PAY_PER_REQUEST "
                    "can be to OnDemandThroughput, WarmThroughput",
                    index->name));
  }
  const CapacityOwner owner{index->name, table.on_demand};
  MR_TRY(change_on_demand_limits(request.on_demand_throughput, owner, index->on_demand_limits));
  if (request.provisioned_throughput || !other_capacity) {
    MR_ASSIGN(Throughput wanted, read_throughput(request.provisioned_throughput, owner));
    MR_TRY(check_changes(fmt::format("index {}", index->name), index->throughput, wanted));
    index->throughput.change_to(wanted, ctx.now());
  }
  return change_warm_throughput(request.warm_throughput, owner, index->throughput, index->warm);
}

// Definitions of the request join those of the table; those that no key uses any more go away.
// An attribute that is already a key stays of its type, whatever the request says of it: so does
// DynamoDB.
Status merge_attributes(const api::UpdateTableInput& in, Table& table) {
  MR_ASSIGN(AttributeTypes given, read_attribute_definitions(in.attribute_definitions));
  table.attributes.merge(given);
  return ok_status();
}

void drop_unused_attributes(Table& table) {
  std::set<std::string> used;
  const auto use = [&](const KeySchema& key) {
    used.insert(key.hash.name);
    if (key.range) used.insert(key.range->name);
  };
  use(table.key);
  for (const Index& index : table.indexes)
    use(index.key);
  std::erase_if(table.attributes, [&](const auto& entry) { return !used.contains(entry.first); });
}

Status update_indexes(svc::Context& ctx, const api::UpdateTableInput& in, Table& table) {
  if (!in.global_secondary_index_updates) return ok_status();
  MR_TRY(merge_attributes(in, table));
  int online = 0;
  for (const auto& update : *in.global_secondary_index_updates) {
    if (!update.update && ++online > 1) {
      return limit_exceeded(
          "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
          "per table");
    }
    MR_TRY(update.create   ? create_index(ctx, *update.create, table)
           : update.update ? update_index(ctx, *update.update, table)
                           : delete_index(ctx, update.delete_->index_name, table));
  }
  std::vector<Index> staying;
  std::ranges::copy_if(table.indexes, std::back_inserter(staying),
                       [](const Index& index) { return !index.deleting; });
  return check_indexes(staying, table.key);
}

// While an index is being filled it may be given up, and no other may be made or deleted.
Status check_while_filling(const api::UpdateTableInput& in, const Table& table) {
  if (!in.global_secondary_index_updates) return in_use("updated", table);
  for (const auto& update : *in.global_secondary_index_updates) {
    if (update.update) return in_use("updated", table);
    const Index* index = update.delete_ ? table.find_index(update.delete_->index_name) : nullptr;
    if (index == nullptr || !index->backfilling) {
      return limit_exceeded(
          "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously "
          "per table");
    }
  }
  return ok_status();
}

// The other changes leave the table ACTIVE ("ack-api-quirks", DDB-TABLE-135, 148, 178, 358).
bool takes_time(const api::UpdateTableInput& in) {
  const auto comes_or_goes = [](const api::GlobalSecondaryIndexUpdate& update) {
    return update.create || update.delete_;
  };
  return in.billing_mode || in.provisioned_throughput || in.stream_specification ||
         (in.global_secondary_index_updates &&
          std::ranges::any_of(*in.global_secondary_index_updates, comes_or_goes));
}

}  // namespace

Result<api::UpdateTableOutput> update_table(svc::Context& ctx, const api::UpdateTableInput& in) {
  MR_TRY(check_update_request(in));
  MR_ASSIGN(TablePtr found, existing_table(ctx, in.table_name));
  if (found->gone_at) return in_use("deleted", *found);
  if (ctx.now() < found->active_at) return in_use("created", *found);
  if (std::ranges::any_of(found->indexes, &Index::backfilling)) {
    MR_TRY(check_while_filling(in, *found));
  }

  Table table = *found;
  MR_TRY(update_capacity(ctx, in, table));
  MR_TRY(update_stream(ctx, in, table));
  MR_TRY(update_indexes(ctx, in, table));
  MR_TRY(update_encryption(ctx, in, table));
  if (in.table_class) table.table_class = *in.table_class;
  if (in.deletion_protection_enabled) table.deletion_protection = *in.deletion_protection_enabled;
  if (takes_time(in)) table.updated_at = ctx.now().plus_ms(kTableTransitionMs);
  api::UpdateTableOutput out;
  MR_ASSIGN(out.table_description, describe(ctx, table));
  // The answer still shows what is being deleted; the table is without it from now on.
  std::erase_if(table.indexes, &Index::deleting);
  drop_unused_attributes(table);
  save_table(ctx.txn(), table);
  return out;
}

}  // namespace millrace::dynamodb
