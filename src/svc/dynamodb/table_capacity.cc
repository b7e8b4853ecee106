#include "svc/dynamodb/table_capacity.h"

#include <fmt/format.h>

#include <algorithm>

#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/limits.h"

namespace millrace::dynamodb {

namespace api = aws::dynamodb;

namespace {

// What AWS grants a new on-demand table or index at once.
constexpr int64_t kOnDemandWarmReads = 12'000;
constexpr int64_t kOnDemandWarmWrites = 4'000;

Error misplaced_throughput(const CapacityOwner& owner) {
  if (owner.index.empty()) {
    return invalid_parameters(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST");
  }
  if (owner.in_new_table) {
    return invalid_parameters(fmt::format(
        "ProvisionedThroughput should not be specified for index: {} when BillingMode is "
        "PAY_PER_REQUEST",
        owner.index));
  }
  return invalid_parameters(fmt::format(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {} when "
      "BillingMode is PAY_PER_REQUEST",
      owner.index));
}

Error missing_throughput(const CapacityOwner& owner) {
  if (owner.index.empty()) {
    return invalid_parameters(
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
        "PROVISIONED");
  }
  if (owner.in_new_table) {
    return invalid_parameters(
        fmt::format("ProvisionedThroughput is not specified for index: {}", owner.index));
  }
  return invalid_parameters(
      fmt::format("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {}",
                  owner.index));
}

// "MaxReadRequestUnits for OnDemandThroughput cannot be specified when …"; the spelling of the
// places differs on AWS too.
Error misplaced_limits(const api::OnDemandThroughput& request, const CapacityOwner& owner) {
  const std::string_view name =
      request.max_read_request_units ? "MaxReadRequestUnits" : "MaxWriteRequestUnits";
  const std::string place =
      owner.index.empty()
          ? ""
          : fmt::format(" for index{} {}", owner.in_new_table ? ":" : " :", owner.index);
  return invalid_parameters(
      fmt::format("{} for OnDemandThroughput{} cannot be specified when {}", name, place,
                  owner.in_new_table ? "table BillingMode is PROVISIONED."
                                     : "the table BillingMode is PROVISIONED"));
}

Status change_limit(std::optional<int64_t> wanted, std::string_view name,
                    const CapacityOwner& owner, std::optional<int64_t>& limit) {
  if (!wanted) return ok_status();
  if (*wanted == -1 && !owner.in_new_table) {
    limit.reset();
    return ok_status();
  }
  if (*wanted < 1) {
    return invalid_parameters(
        fmt::format("Requested {} for OnDemandThroughput for {} is outside of valid range", name,
                    owner.index.empty() ? "table" : fmt::format("index : {}", owner.index)));
  }
  limit = wanted;
  return ok_status();
}

Status raise(std::optional<int64_t> wanted, std::string_view name, std::string_view capacity_name,
             const CapacityOwner& owner, int64_t& units) {
  if (!wanted) return ok_status();
  if (*wanted >= units) {
    units = *wanted;
    return ok_status();
  }
  const std::string reason =
      !owner.in_new_table ? "current WarmThroughput, decreasing WarmThroughput is not supported"
      : owner.on_demand   ? "initial throughput for OnDemand. See: "
                            "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
                            "on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
                          : fmt::format("{} of ProvisionedThroughput", capacity_name);
  return invalid_parameters(
      fmt::format("Requested {} for WarmThroughput for {} is lower than {}", name,
                  owner.index.empty() ? "table" : fmt::format("index {}", owner.index), reason));
}

}  // namespace

Result<Throughput> read_throughput(const std::optional<api::ProvisionedThroughput>& request,
                                   const CapacityOwner& owner) {
  if (owner.on_demand) {
    if (request) return misplaced_throughput(owner);
    return Throughput{};
  }
  if (!request) return missing_throughput(owner);
  const auto out_of_bounds = [](int64_t value, std::string_view name) {
    return validation(fmt::format("Given value {} for {} is out of bounds", value, name));
  };
  if (request->read_capacity_units > kCapacityUnitsMax) {
    return out_of_bounds(request->read_capacity_units, "ReadCapacityUnits");
  }
  if (request->write_capacity_units > kCapacityUnitsMax) {
    return out_of_bounds(request->write_capacity_units, "WriteCapacityUnits");
  }
  return Throughput{request->read_capacity_units, request->write_capacity_units};
}

Status change_on_demand_limits(const std::optional<api::OnDemandThroughput>& request,
                               const CapacityOwner& owner, OnDemandLimits& limits) {
  if (!request) return ok_status();
  if (!owner.on_demand) return misplaced_limits(*request, owner);
  MR_TRY(change_limit(request->max_read_request_units, "MaxReadRequestUnits", owner,
                      limits.read_units));
  return change_limit(request->max_write_request_units, "MaxWriteRequestUnits", owner,
                      limits.write_units);
}

WarmThroughput warm_throughput_of(const WarmThroughput& kept, bool on_demand,
                                  const Throughput& throughput) {
  return {std::max(kept.read_units, on_demand ? kOnDemandWarmReads : throughput.read_units),
          std::max(kept.write_units, on_demand ? kOnDemandWarmWrites : throughput.write_units)};
}

Status change_warm_throughput(const std::optional<api::WarmThroughput>& request,
                              const CapacityOwner& owner, const Throughput& throughput,
                              WarmThroughput& warm) {
  warm = warm_throughput_of(warm, owner.on_demand, throughput);
  if (!request) return ok_status();
  MR_TRY(raise(request->read_units_per_second, "ReadUnitsPerSecond", "ReadCapacityUnits", owner,
               warm.read_units));
  return raise(request->write_units_per_second, "WriteUnitsPerSecond", "WriteCapacityUnits", owner,
               warm.write_units);
}

}  // namespace millrace::dynamodb
