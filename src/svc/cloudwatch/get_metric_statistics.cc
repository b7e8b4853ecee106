#include <fmt/format.h>

#include "base/encoding.h"
#include "svc/cloudwatch/operations.h"

namespace millrace::cloudwatch {
namespace {

constexpr int64_t kDatapointsMax = 1'440;

Result<api::Datapoint> datapoint(const api::GetMetricStatisticsInput& in, int64_t start_ms,
                                 const Period& period) {
  api::Datapoint point{.timestamp = Instant::from_ms(start_ms), .unit = period.unit};
  for (const std::string& name : in.statistics.value_or(std::vector<std::string>())) {
    double value = period.statistics.value_of(name).value_or(0);
    if (name == "Average") point.average = value;
    if (name == "Sum") point.sum = value;
    if (name == "SampleCount") point.sample_count = value;
    if (name == "Minimum") point.minimum = value;
    if (name == "Maximum") point.maximum = value;
  }
  for (const std::string& name : in.extended_statistics.value_or(std::vector<std::string>())) {
    auto value = period.statistics.value_of(name);
    if (!value || name[0] != 'p') {
      return api::errors::invalid_parameter_value_exception(
          fmt::format("The value {} for parameter ExtendedStatistics is invalid.", name));
    }
    if (!point.extended_statistics) point.extended_statistics.emplace();
    (*point.extended_statistics)[name] = *value;
  }
  return point;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
Result<api::GetMetricStatisticsOutput> get_metric_statistics(
    svc::Context& ctx, const api::GetMetricStatisticsInput& in) {
  bool none = (!in.statistics || in.statistics->empty()) &&
              (!in.extended_statistics || in.extended_statistics->empty());
  if (none) {
    return api::errors::missing_required_parameter_exception(
        "At least one of the parameters must be specified: Statistics, ExtendedStatistics.");
  }
  if (in.start_time >= in.end_time) {
    return api::errors::invalid_parameter_value_exception(
        "The parameter StartTime must be less than the parameter EndTime.");
  }
  MR_ASSIGN(int64_t period_s, usable_period_s(in.period));
  int64_t points = (in.end_time.seconds() - in.start_time.seconds()) / period_s;
  if (points > kDatapointsMax) {
    return api::errors::invalid_parameter_combination_exception(
        fmt::format("You have requested up to {} datapoints, which exceeds the limit of 1,440. You "
                    "may reduce the "
                    "datapoints requested by increasing Period, or decreasing the time range.",
                    with_commas(points)));
  }
  SeriesId series =
      make_series(ctx.scope(), in.namespace_, in.metric_name, dimensions_of(in.dimensions));
  MR_ASSIGN(auto periods, read_periods(ctx.txn(), series,
                                       {.from = in.start_time,
                                        .to = in.end_time,
                                        .period_s = period_s,
                                        .unit = in.unit.value_or("")}));
  api::GetMetricStatisticsOutput out{.label = in.metric_name};
  auto& datapoints = out.datapoints.emplace();
  for (const auto& [start_ms, period] : periods) {
    MR_ASSIGN(auto point, datapoint(in, start_ms, period));
    datapoints.push_back(std::move(point));
  }
  return out;
}

}  // namespace millrace::cloudwatch
