#include "svc/dynamodb/capacity.h"

#include <algorithm>

#include "svc/meter.h"

namespace millrace::dynamodb {

namespace {

constexpr size_t kReadStepBytes = 4096;
constexpr size_t kWriteStepBytes = 1024;

double steps(size_t bytes, size_t step) {
  return static_cast<double>(std::max<size_t>(1, (bytes + step - 1) / step));
}

using Units = std::map<std::string, double>;

aws::dynamodb::Capacity capacity(double units, std::optional<CapacityKind> kind) {
  aws::dynamodb::Capacity out{.capacity_units = units};
  if (kind == CapacityKind::kRead) out.read_capacity_units = units;
  if (kind == CapacityKind::kWrite) out.write_capacity_units = units;
  return out;
}

std::optional<std::map<std::string, aws::dynamodb::Capacity>> capacities(
    const Units& units, std::optional<CapacityKind> kind) {
  if (units.empty()) return std::nullopt;
  std::map<std::string, aws::dynamodb::Capacity> out;
  for (const auto& [name, value] : units)
    out[name] = capacity(value, kind);
  return out;
}

std::optional<aws::dynamodb::ConsumedCapacity> make_report(const std::optional<std::string>& wanted,
                                                           const std::string& table_name,
                                                           const Consumed& consumed,
                                                           std::optional<CapacityKind> kind) {
  if (!wanted || *wanted == "NONE") return std::nullopt;
  aws::dynamodb::ConsumedCapacity out{.table_name = table_name, .capacity_units = consumed.total()};
  if (kind == CapacityKind::kRead) out.read_capacity_units = consumed.total();
  if (kind == CapacityKind::kWrite) out.write_capacity_units = consumed.total();
  if (*wanted == "INDEXES") {
    out.table = capacity(consumed.table, kind);
    out.global_secondary_indexes = capacities(consumed.global_indexes, kind);
    out.local_secondary_indexes = capacities(consumed.local_indexes, kind);
  }
  return out;
}

}  // namespace

double read_units(size_t bytes, ReadConsistency consistency) {
  const double units = steps(bytes, kReadStepBytes);
  switch (consistency) {
    case ReadConsistency::kEventual: return units / 2;
    case ReadConsistency::kStrong: return units;
    case ReadConsistency::kTransactional: return units * 2;
  }
  return units;
}

double write_units(size_t bytes) { return steps(bytes, kWriteStepBytes); }

double Consumed::total() const {
  double sum = table;
  for (const auto& [name, units] : global_indexes)
    sum += units;
  for (const auto& [name, units] : local_indexes)
    sum += units;
  return sum;
}

void Consumed::add(const Consumed& other) {
  table += other.table;
  for (const auto& [name, units] : other.global_indexes)
    global_indexes[name] += units;
  for (const auto& [name, units] : other.local_indexes)
    local_indexes[name] += units;
}

void Consumed::multiply(double factor) {
  table *= factor;
  for (auto& [name, units] : global_indexes)
    units *= factor;
  for (auto& [name, units] : local_indexes)
    units *= factor;
}

std::optional<aws::dynamodb::ConsumedCapacity> report(const std::optional<std::string>& wanted,
                                                      const std::string& table_name,
                                                      const Consumed& consumed) {
  return make_report(wanted, table_name, consumed, std::nullopt);
}

std::optional<aws::dynamodb::ConsumedCapacity> report_transactional(
    const std::optional<std::string>& wanted, const std::string& table_name,
    const Consumed& consumed, CapacityKind kind) {
  return make_report(wanted, table_name, consumed, kind);
}

void count_units(svc::Context& ctx, CapacityKind kind, double units) {
  svc::Meter* meter = ctx.ports().meter;
  if (meter == nullptr) return;
  ctx.after_commit([meter, scope = ctx.scope(), kind, units] {
    meter->count(scope,
                 kind == CapacityKind::kRead ? svc::meters::kDynamoDbReadUnits
                                             : svc::meters::kDynamoDbWriteUnits,
                 units);
  });
}

}  // namespace millrace::dynamodb
