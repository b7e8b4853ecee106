#include <fmt/format.h>

#include <algorithm>

#include "svc/cloudwatch/operations.h"

namespace millrace::cloudwatch {
namespace {

constexpr size_t kQueriesMax = 500;

Result<api::MetricDataResult> answer(svc::Context& ctx, const api::GetMetricDataInput& in,
                                     const api::MetricDataQuery& query) {
  const api::MetricStat& stat = *query.metric_stat;
  MR_ASSIGN(int64_t period_s, usable_period_s(stat.period));
  SeriesId series =
      make_series(ctx.scope(), stat.metric.namespace_.value_or(""),
                  stat.metric.metric_name.value_or(""), dimensions_of(stat.metric.dimensions));
  MR_ASSIGN(auto periods, read_periods(ctx.txn(), series,
                                       {.from = in.start_time,
                                        .to = in.end_time,
                                        .period_s = period_s,
                                        .unit = stat.unit.value_or("")}));
  api::MetricDataResult out{.id = query.id,
                            .label = query.label.value_or(stat.metric.metric_name.value_or("")),
                            .status_code = "Complete"};
  auto& timestamps = out.timestamps.emplace();
  auto& values = out.values.emplace();
  for (const auto& [start_ms, period] : periods) {
    auto value = period.statistics.value_of(stat.stat);
    if (!value) {
      return Error("ValidationError", 400, fmt::format("Invalid statistic: {}", stat.stat));
    }
    timestamps.push_back(Instant::from_ms(start_ms));
    values.push_back(*value);
  }
  // Newest first unless asked otherwise.
  if (in.scan_by.value_or("TimestampDescending") == "TimestampDescending") {
    std::reverse(timestamps.begin(), timestamps.end());
    std::reverse(values.begin(), values.end());
  }
  return out;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
Result<api::GetMetricDataOutput> get_metric_data(svc::Context& ctx,
                                                 const api::GetMetricDataInput& in) {
  if (in.start_time >= in.end_time) {
    return Error("ValidationError", 400,
                 "The parameter StartTime must be less than the parameter EndTime.");
  }
  if (in.metric_data_queries.size() > kQueriesMax) {
    return Error("ValidationError", 400,
                 "The collection MetricDataQueries must not have a size greater than 500.");
  }
  if (in.next_token) return api::errors::invalid_next_token("The provided NextToken is invalid.");
  api::GetMetricDataOutput out;
  auto& results = out.metric_data_results.emplace();
  for (const auto& query : in.metric_data_queries) {
    if (query.expression) {
      return Error("ValidationError", 400,
                   "MetricDataQueries.Expression is not supported by Millrace.");
    }
    if (!query.metric_stat) {
      return Error("ValidationError", 400,
                   "The parameter MetricDataQueries.member.MetricStat is required.");
    }
    MR_ASSIGN(auto result, answer(ctx, in, query));
    if (query.return_data.value_or(true)) results.push_back(std::move(result));
  }
  out.messages.emplace();
  return out;
}

}  // namespace millrace::cloudwatch
