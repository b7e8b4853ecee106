// Series: one metric with one set of dimensions, and its minutes in the store.
//
// Rows: (account, region, cloudwatch, "series", namespace, name, dimensions) -> last minute seen,
// and (account, region, cloudwatch, "data", namespace, name, dimensions, minute, unit) ->
// Statistics. `dimensions` is the list sorted by name, each as name=value, escaped and joined.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/store.h"
#include "svc/cloudwatch/statistics.h"
#include "svc/ports.h"

namespace millrace::cloudwatch {

using Dimensions = std::vector<std::pair<std::string, std::string>>;

struct SeriesId {
  svc::Scope scope;
  std::string metric_namespace;
  std::string name;
  Dimensions dimensions;  // sorted by name
  auto operator<=>(const SeriesId&) const = default;
};
SeriesId make_series(svc::Scope scope, std::string metric_namespace, std::string name,
                     Dimensions dimensions);

inline constexpr int64_t kRetentionMs =
    15ll * 24 * 3600 * 1000;  // AWS keeps one-minute data 15 days

// Adds to the minute that holds `at`.
Status add_to_minute(store::Txn& txn, const SeriesId& series, Instant at, std::string_view unit,
                     const Statistics& statistics);

// Statistics of whole periods (ms since 1970 of the period's start), from <= time < to. An empty
// unit matches all units.
struct Period {
  Statistics statistics;
  std::string unit;
};
struct Window {
  Instant from, to;
  int64_t period_s;
  std::string unit;
};
Result<std::map<int64_t, Period>> read_periods(store::Reader& reader, const SeriesId& series,
                                               const Window& window);

// Keys of the series' data rows that are older than `before`, at most `limit`.
Result<std::vector<std::string>> rows_before(store::Reader& reader, const SeriesId& series,
                                             Instant before, size_t limit);

// Series of a scope in order, those after `after` (a token that list_series returned), at most
// `limit`.
struct SeriesPage {
  std::vector<SeriesId> series;
  std::vector<Instant> last_seen;
  std::string next;  // empty at the end
};
Result<SeriesPage> list_series(store::Reader& reader, const svc::Scope& scope,
                               std::string_view metric_namespace, std::string_view after,
                               size_t limit);

}  // namespace millrace::cloudwatch
