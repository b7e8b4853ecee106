// The operations of CloudWatch metrics, each in the file of its name.
#pragma once

#include "aws/cloudwatch.h"
#include "svc/cloudwatch/series.h"
#include "svc/operation.h"

namespace millrace::cloudwatch {

namespace api = aws::cloudwatch;

Result<api::GetMetricDataOutput> get_metric_data(svc::Context& ctx,
                                                 const api::GetMetricDataInput& in);
Result<api::GetMetricStatisticsOutput> get_metric_statistics(
    svc::Context& ctx, const api::GetMetricStatisticsInput& in);
Result<api::ListMetricsOutput> list_metrics(svc::Context& ctx, const api::ListMetricsInput& in);
Result<api::PutMetricData::Output> put_metric_data(svc::Context& ctx,
                                                   const api::PutMetricDataInput& in);

void register_operations(svc::Registry& registry);

// Shared by the operations.
Dimensions dimensions_of(const std::optional<std::vector<api::Dimension>>& given);
// A period is 1, 5, 10, 20, 30 or a multiple of 60 seconds; data is kept by the minute, so shorter
// ones are answered with minutes.
Result<int64_t> usable_period_s(int64_t given);

}  // namespace millrace::cloudwatch
