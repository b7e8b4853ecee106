#include "svc/dynamodb/update_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "svc/dynamodb/errors.h"

namespace millrace::dynamodb {

namespace api = aws::dynamodb;

namespace {

Status check_supported(const api::UpdateTableInput& in) {
  if (in.replica_updates) return not_supported("ReplicaUpdates");
  if (in.multi_region_consistency) return not_supported("MultiRegionConsistency");
  if (in.global_table_witness_updates) return not_supported("GlobalTableWitnessUpdates");
  if (in.global_table_settings_replication_mode) {
    return not_supported("GlobalTableSettingsReplicationMode");
  }
  return ok_status();
}

bool changes_indexes(const api::UpdateTableInput& in) {
  return in.global_secondary_index_updates && !in.global_secondary_index_updates->empty();
}

// How many kinds of change are asked for.
int changes(const api::UpdateTableInput& in) {
  return (in.billing_mode || in.provisioned_throughput) + changes_indexes(in) +
         in.stream_specification.has_value() + in.sse_specification.has_value() +
         in.table_class.has_value() + in.deletion_protection_enabled.has_value() +
         in.on_demand_throughput.has_value() + in.warm_throughput.has_value();
}

Status check_something_asked(const api::UpdateTableInput& in) {
  if (changes(in) == 0) {
    return validation(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
        "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
        "OnDemandThroughput, WarmThroughput or TableClass is required");
  }
  if (in.global_secondary_index_updates && in.global_secondary_index_updates->empty()) {
    return invalid_parameters("List of GlobalSecondaryIndexUpdates is empty");
  }
  return ok_status();
}

bool makes_or_deletes_index(const api::UpdateTableInput& in) {
  return changes_indexes(in) &&
         std::ranges::any_of(*in.global_secondary_index_updates,
                             [](const auto& update) { return update.create || update.delete_; });
}

// AWS takes most changes one kind at a time; recorded in "ack-api-quirks", DDB-TABLE-382, 174.
Status check_alone(const api::UpdateTableInput& in) {
  if (changes(in) == 1) return ok_status();
  const auto alone = [](std::string_view what) {
    return invalid_parameters(
        fmt::format("{} modification must be the only operation in the request", what));
  };
  if (in.sse_specification) return alone("Server-Side Encryption");
  if (in.table_class) return alone("TableClass");
  if (in.deletion_protection_enabled) return alone("DeletionProtection");
  if (in.warm_throughput) {
    if (makes_or_deletes_index(in)) {
      return invalid_parameters(
          "Create global secondary index cannot be specified when updating WarmThroughput");
    }
    return invalid_parameters("WarmThroughput must be the only operation in the request");
  }
  if (in.on_demand_throughput && (in.stream_specification || makes_or_deletes_index(in))) {
    return invalid_parameters(
        "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
  }
  if (in.stream_specification && in.provisioned_throughput) {
    return invalid_parameters("You cannot modify stream status while updating table IOPS");
  }
  if (!makes_or_deletes_index(in)) return ok_status();
  if (in.provisioned_throughput) {
    return invalid_parameters("You cannot create or delete index while updating table IOPS");
  }
  if (in.stream_specification) {
    return invalid_parameters("You cannot create or delete index while changing stream status");
  }
  return ok_status();
}

Status check_index_update(const api::GlobalSecondaryIndexUpdate& update,
                          const api::UpdateTableInput& in, std::set<std::string>& names) {
  const int given =
      update.create.has_value() + update.update.has_value() + update.delete_.has_value();
  if (given == 0) {
    return invalid_parameters(
        "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
        "GlobalSecondaryIndexUpdate.Delete must not be null");
  }
  if (given > 1) {
    return invalid_parameters(
        "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
  }
  const std::string& name = update.create   ? update.create->index_name
                            : update.update ? update.update->index_name
                                            : update.delete_->index_name;
  if (!names.insert(name).second) {
    return invalid_parameters(fmt::format(
        "Only one global secondary index update per index is allowed simultaneously. Index: {}",
        name));
  }
  if (update.create && !in.attribute_definitions) {
    return invalid_parameters(
        fmt::format("AttributeDefinitions is not specified for index: {}", name));
  }
  if (update.update && update.update->warm_throughput &&
      !update.update->warm_throughput->read_units_per_second &&
      !update.update->warm_throughput->write_units_per_second) {
    return invalid_parameters(
        fmt::format("WarmThroughput must have at least one of ReadUnitsPerSecond or "
                    "WriteUnitsPerSecond specified for index: {}",
                    name));
  }
  return ok_status();
}

}  // namespace

Status check_update_request(const api::UpdateTableInput& in) {
  MR_TRY(check_supported(in));
  MR_TRY(check_something_asked(in));
  if (changes_indexes(in)) {
    std::set<std::string> names;
    for (const auto& update : *in.global_secondary_index_updates)
      MR_TRY(check_index_update(update, in, names));
  }
  return check_alone(in);
}

}  // namespace millrace::dynamodb
