#include "svc/cloudwatch/operations.h"

namespace millrace::cloudwatch {
namespace {

// CloudWatch's actions have no resource; PutMetricData can be limited by namespace.
template <class Op>
Result<std::vector<svc::Access>> on_account(svc::Context&, const typename Op::Input&) {
  return std::vector<svc::Access>{
      {.action = "cloudwatch:" + std::string(Op::kDescription.name), .resource = "*"}};
}

Result<std::vector<svc::Access>> put_access(svc::Context&, const api::PutMetricDataInput& in) {
  svc::Access access{.action = "cloudwatch:PutMetricData", .resource = "*"};
  access.context["cloudwatch:namespace"] = {in.namespace_};
  return std::vector<svc::Access>{std::move(access)};
}

}  // namespace

Dimensions dimensions_of(const std::optional<std::vector<api::Dimension>>& given) {
  Dimensions out;
  if (!given) return out;
  for (const auto& dimension : *given)
    out.emplace_back(dimension.name, dimension.value);
  return out;
}

Result<int64_t> usable_period_s(int64_t given) {
  bool high_resolution = given == 1 || given == 5 || given == 10 || given == 20 || given == 30;
  if (given < 1 || (!high_resolution && given % 60 != 0)) {
    return api::errors::invalid_parameter_value_exception(
        "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.");
  }
  return high_resolution ? 60 : given;
}

void register_operations(svc::Registry& r) {
  r.add<api::GetMetricData>(
      {.run = get_metric_data, .access = on_account<api::GetMetricData>, .blocking = true});
  r.add<api::GetMetricStatistics>({.run = get_metric_statistics,
                                   .access = on_account<api::GetMetricStatistics>,
                                   .blocking = true});
  r.add<api::ListMetrics>({.run = list_metrics, .access = on_account<api::ListMetrics>});
  r.add<api::PutMetricData>({.run = put_metric_data, .access = put_access});
}

}  // namespace millrace::cloudwatch
