#include <fmt/format.h>

#include <cmath>

#include "svc/cloudwatch/operations.h"

namespace millrace::cloudwatch {
namespace {

constexpr size_t kDataMax = 1'000;  // of one request
constexpr size_t kDimensionsMax = 30;
constexpr size_t kValuesMax = 150;
constexpr double kMagnitudeMax = 2.36e108;  // 2^360, as documented for Value
constexpr int64_t kPastMs = 14ll * 24 * 3600 * 1000;
constexpr int64_t kFutureMs = 2ll * 3600 * 1000;

Error invalid(std::string message) {
  return api::errors::invalid_parameter_value_exception(std::move(message));
}

Status check_number(double value, size_t member, std::string_view name) {
  if (std::isfinite(value) && std::fabs(value) <= kMagnitudeMax) return ok_status();
  return invalid(fmt::format("The value {} for parameter MetricData.member.{}.{} is invalid.",
                             value, member, name));
}

Result<Statistics> statistics_of(const api::MetricDatum& datum, size_t member) {
  int kinds =
      datum.value.has_value() + datum.statistic_values.has_value() + datum.values.has_value();
  if (kinds == 0) {
    return api::errors::missing_required_parameter_exception(fmt::format(
        "At least one of the parameters must be specified: MetricData.member.{0}.Value, "
        "MetricData.member.{0}.Values, MetricData.member.{0}.StatisticValues.",
        member));
  }
  if (kinds > 1) {
    return api::errors::invalid_parameter_combination_exception(fmt::format(
        "The parameters MetricData.member.{0}.Value, MetricData.member.{0}.Values and "
        "MetricData.member.{0}.StatisticValues are mutually exclusive and you have specified more "
        "than one.",
        member));
  }
  Statistics out;
  if (datum.value) {
    MR_TRY(check_number(*datum.value, member, "Value"));
    out.add(*datum.value);
  } else if (datum.statistic_values) {
    const auto& s = *datum.statistic_values;
    for (double v : {s.sample_count, s.sum, s.minimum, s.maximum}) {
      MR_TRY(check_number(v, member, "StatisticValues"));
    }
    out.add_summary(s.sample_count, s.sum, s.minimum, s.maximum);
  } else {
    const auto& values = *datum.values;
    if (values.size() > kValuesMax)
      return invalid("The collection Values must not have a size greater than 150.");
    if (datum.counts && datum.counts->size() != values.size()) {
      return invalid(
          fmt::format("The parameters MetricData.member.{0}.Values and "
                      "MetricData.member.{0}.Counts must be of the same size.",
                      member));
    }
    for (size_t i = 0; i < values.size(); ++i) {
      MR_TRY(check_number(values[i], member, "Values"));
      out.add(values[i], datum.counts ? (*datum.counts)[i] : 1);
    }
  }
  return out;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
Result<api::PutMetricData::Output> put_metric_data(svc::Context& ctx,
                                                   const api::PutMetricDataInput& in) {
  if (in.entity_metric_data) return invalid("EntityMetricData is not supported by Millrace.");
  if (in.namespace_.starts_with("AWS/")) {
    return invalid("The value AWS/ for parameter Namespace is invalid.");
  }
  if (!in.metric_data || in.metric_data->empty()) {
    return api::errors::missing_required_parameter_exception(
        "The parameter MetricData is required.");
  }
  if (in.metric_data->size() > kDataMax) {
    return invalid("The collection MetricData must not have a size greater than 1000.");
  }
  size_t member = 0;
  for (const auto& datum : *in.metric_data) {
    ++member;
    if (datum.dimensions && datum.dimensions->size() > kDimensionsMax) {
      return invalid(
          "The collection MetricData.member.Dimensions must not have a size greater than 30.");
    }
    Instant at = datum.timestamp.value_or(ctx.now());
    if (at < ctx.now().plus_ms(-kPastMs) || at > ctx.now().plus_ms(kFutureMs)) {
      return invalid(
          fmt::format("The parameter MetricData.member.{}.Timestamp must specify a time no more "
                      "than two weeks in "
                      "the past and no more than two hours in the future.",
                      member));
    }
    MR_ASSIGN(Statistics statistics, statistics_of(datum, member));
    MR_TRY(add_to_minute(
        ctx.txn(),
        make_series(ctx.scope(), in.namespace_, datum.metric_name, dimensions_of(datum.dimensions)),
        at, datum.unit.value_or("None"), statistics));
  }
  return api::PutMetricData::Output{};
}

}  // namespace millrace::cloudwatch
