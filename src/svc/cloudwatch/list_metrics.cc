#include <algorithm>

#include "base/encoding.h"
#include "svc/cloudwatch/operations.h"

namespace millrace::cloudwatch {
namespace {

constexpr size_t kPage = 500;
constexpr int64_t kRecentMs = 3ll * 3600 * 1000;  // RecentlyActive PT3H
constexpr int64_t kForgottenMs =
    14ll * 24 * 3600 * 1000;  // metrics without data for 2 weeks are not listed

bool matches(const api::ListMetricsInput& in, const SeriesId& series) {
  if (in.metric_name && *in.metric_name != series.name) return false;
  for (const auto& filter : in.dimensions.value_or(std::vector<api::DimensionFilter>())) {
    bool found =
        std::any_of(series.dimensions.begin(), series.dimensions.end(), [&](const auto& d) {
          return d.first == filter.name && (!filter.value || d.second == *filter.value);
        });
    if (!found) return false;
  }
  return true;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
Result<api::ListMetricsOutput> list_metrics(svc::Context& ctx, const api::ListMetricsInput& in) {
  if (in.include_linked_accounts.value_or(false) || in.owning_account) {
    return api::errors::invalid_parameter_value_exception(
        "IncludeLinkedAccounts and OwningAccount are not supported by Millrace.");
  }
  std::string after;
  if (in.next_token) {
    auto decoded = base64_decode(*in.next_token);
    if (!decoded) return api::errors::invalid_parameter_value_exception("Invalid nextToken");
    after = *decoded;
  }
  Instant oldest = ctx.now().plus_ms(in.recently_active ? -kRecentMs : -kForgottenMs);
  MR_ASSIGN(SeriesPage page,
            list_series(ctx.txn(), ctx.scope(), in.namespace_.value_or(""), after, kPage));
  api::ListMetricsOutput out;
  auto& metrics = out.metrics.emplace();
  for (size_t i = 0; i < page.series.size(); ++i) {
    const SeriesId& series = page.series[i];
    if (page.last_seen[i] < oldest || !matches(in, series)) continue;
    api::Metric metric{.namespace_ = series.metric_namespace, .metric_name = series.name};
    auto& dimensions = metric.dimensions.emplace();
    for (const auto& [name, value] : series.dimensions)
      dimensions.push_back({name, value});
    metrics.push_back(std::move(metric));
  }
  if (!page.next.empty()) out.next_token = base64_encode(page.next);
  return out;
}

}  // namespace millrace::cloudwatch
