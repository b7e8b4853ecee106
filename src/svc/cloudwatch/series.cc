#include "svc/cloudwatch/series.h"

#include <algorithm>

#include "base/encoding.h"
#include "store/key.h"
#include "svc/scope_index.h"

namespace millrace::cloudwatch {
namespace {

constexpr int64_t kMinuteMs = 60'000;

std::string encode_dimensions(const Dimensions& dimensions) {
  std::string out;
  for (const auto& [name, value] : dimensions) {
    out += percent_encode(name) + "=" + percent_encode(value) + "&";
  }
  return out;
}

Dimensions decode_dimensions(std::string_view text) {
  Dimensions out;
  while (!text.empty()) {
    size_t end = text.find('&');
    if (end == std::string_view::npos) break;
    std::string_view pair = text.substr(0, end);
    size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      out.emplace_back(percent_decode(pair.substr(0, equals)),
                       percent_decode(pair.substr(equals + 1)));
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

store::KeyWriter keyed(const SeriesId& series, std::string_view table) {
  store::KeyWriter key(series.scope.account, series.scope.region, store::Space::kCloudWatch);
  key.str(table)
      .str(series.metric_namespace)
      .str(series.name)
      .str(encode_dimensions(series.dimensions));
  return key;
}

}  // namespace

SeriesId make_series(svc::Scope scope, std::string metric_namespace, std::string name,
                     Dimensions dimensions) {
  std::sort(dimensions.begin(), dimensions.end());
  return {std::move(scope), std::move(metric_namespace), std::move(name), std::move(dimensions)};
}

Status add_to_minute(store::Txn& txn, const SeriesId& series, Instant at, std::string_view unit,
                     const Statistics& statistics) {
  auto minute = static_cast<uint64_t>(at.ms() / kMinuteMs);
  std::string data_key = keyed(series, "data").u64(minute).str(unit).key();
  MR_ASSIGN(auto before, txn.get(data_key));
  Statistics merged = before ? Statistics::decode(*before) : Statistics();
  merged.merge(statistics);
  txn.put(data_key, merged.encode());

  std::string series_key = keyed(series, "series").key();
  MR_ASSIGN(auto seen, txn.get_untracked(series_key));
  std::string now_text = std::to_string(minute);
  if (!seen || *seen < now_text) txn.put(series_key, now_text);
  return svc::note_scope(txn, store::Space::kCloudWatch, series.scope);
}

Result<std::map<int64_t, Period>> read_periods(store::Reader& reader, const SeriesId& series,
                                               const Window& window) {
  std::map<int64_t, Period> out;
  const int64_t period_ms = window.period_s * 1'000;
  auto minute_key = [&](int64_t ms) {
    return keyed(series, "data")
        .u64(static_cast<uint64_t>(std::max<int64_t>(ms, 0) / kMinuteMs))
        .key();
  };
  auto cursor =
      reader.scan({minute_key(window.from.ms()), minute_key(window.to.ms() + kMinuteMs - 1)});
  for (; cursor->valid(); cursor->next()) {
    store::KeyReader key(cursor->key());
    for (int i = 0; i < 4; ++i)
      key.str();
    int64_t start_ms = static_cast<int64_t>(key.u64().value_or(0)) * kMinuteMs;
    std::string unit = key.str().value_or("");
    if (!window.unit.empty() && unit != window.unit) continue;
    Period& period = out[start_ms / period_ms * period_ms];
    period.statistics.merge(Statistics::decode(cursor->value()));
    period.unit = unit;
  }
  MR_TRY(cursor->status());
  return out;
}

Result<SeriesPage> list_series(store::Reader& reader, const svc::Scope& scope,
                               std::string_view metric_namespace, std::string_view after,
                               size_t limit) {
  store::KeyWriter prefix(scope.account, scope.region, store::Space::kCloudWatch);
  prefix.str("series");
  if (!metric_namespace.empty()) prefix.str(metric_namespace);
  store::KeyRange range = store::prefix_range(prefix.key());
  if (!after.empty()) range.start = std::string(after) + '\0';
  SeriesPage page;
  auto cursor = reader.scan(range);
  for (; cursor->valid(); cursor->next()) {
    if (page.series.size() == limit) break;
    store::KeyReader key(cursor->key());
    key.str();
    SeriesId series{.scope = scope};
    series.metric_namespace = key.str().value_or("");
    series.name = key.str().value_or("");
    series.dimensions = decode_dimensions(key.str().value_or(""));
    page.series.push_back(std::move(series));
    page.last_seen.push_back(Instant::from_ms(
        std::strtoll(std::string(cursor->value()).c_str(), nullptr, 10) * kMinuteMs));
    page.next = std::string(cursor->key());
  }
  MR_TRY(cursor->status());
  if (page.series.size() < limit || !cursor->valid()) page.next.clear();
  return page;
}

Result<std::vector<std::string>> rows_before(store::Reader& reader, const SeriesId& series,
                                             Instant before, size_t limit) {
  std::vector<std::string> keys;
  auto minute = static_cast<uint64_t>(before.ms() / kMinuteMs);
  auto cursor = reader.scan({keyed(series, "data").key(), keyed(series, "data").u64(minute).key()});
  for (; cursor->valid() && keys.size() < limit; cursor->next())
    keys.emplace_back(cursor->key());
  MR_TRY(cursor->status());
  return keys;
}

}  // namespace millrace::cloudwatch
