// Capacity: what an operation consumes, exactly as AWS counts it, and how it is reported.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aws/dynamodb.h"
#include "svc/dynamodb/table.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

enum class ReadConsistency { kEventual, kStrong, kTransactional };

// Units of reading so many bytes at once; at least one step.
double read_units(size_t bytes, ReadConsistency consistency);
// Units of writing an item of so many bytes; at least one.
double write_units(size_t bytes);

// What one operation consumed of one table.
struct Consumed {
  double table = 0;
  std::map<std::string, double> global_indexes;
  std::map<std::string, double> local_indexes;

  double total() const;
  void add(const Consumed& other);
  void multiply(double factor);
};

enum class CapacityKind { kRead, kWrite };

// For the answer: nothing unless the request asked for TOTAL or INDEXES.
std::optional<aws::dynamodb::ConsumedCapacity> report(const std::optional<std::string>& wanted,
                                                      const std::string& table_name,
                                                      const Consumed& consumed);
// The same with ReadCapacityUnits or WriteCapacityUnits beside the sum, as transactions report it.
std::optional<aws::dynamodb::ConsumedCapacity> report_transactional(
    const std::optional<std::string>& wanted, const std::string& table_name,
    const Consumed& consumed, CapacityKind kind);

// Counts towards what would be billed, once the operation has committed.
void count_units(svc::Context& ctx, CapacityKind kind, double units);

}  // namespace millrace::dynamodb
