// Capacity in requests: ProvisionedThroughput, OnDemandThroughput and WarmThroughput of a table or
// an index, against the billing mode. Pure functions.
//
// Messages: recorded in the lab "ack-api-quirks", services/dynamodb (error catalogue, October
// 2026).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/dynamodb.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

// Whose capacity it is: an index's, or the table's where `index` is empty.
struct CapacityOwner {
  std::string_view index;
  bool on_demand = true;
  bool in_new_table = false;  // CreateTable words some faults in its own way
};

Result<Throughput> read_throughput(
    const std::optional<aws::dynamodb::ProvisionedThroughput>& request, const CapacityOwner& owner);

// Changes the limits that the request names; -1 lifts one, once there is a table.
Status change_on_demand_limits(const std::optional<aws::dynamodb::OnDemandThroughput>& request,
                               const CapacityOwner& owner, OnDemandLimits& limits);

// What the table or index takes at once by now: never less than once was.
WarmThroughput warm_throughput_of(const WarmThroughput& kept, bool on_demand,
                                  const Throughput& throughput);
// Raises `warm` as asked and to what the throughput gives.
Status change_warm_throughput(const std::optional<aws::dynamodb::WarmThroughput>& request,
                              const CapacityOwner& owner, const Throughput& throughput,
                              WarmThroughput& warm);

}  // namespace millrace::dynamodb
