#include "svc/cloudwatch/metric_writer.h"

#include "base/log.h"
#include "svc/scope_index.h"

namespace millrace::cloudwatch {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kFlushesPerSweep = 3'600;  // about once an hour
constexpr size_t kSeriesPage = 500;
constexpr size_t kDeletesPerSeries = 2'000;  // per sweep; a series makes 1,440 minutes a day

}  // namespace

MetricWriter::MetricWriter(const svc::Ports& ports)
    : ports_(ports), writing_(ports, {.name = "metrics", .interval_ms = kFlushMs}, [this] {
        return flush_and_sweep();
      }) {}

void MetricWriter::record(const svc::Scope& scope, std::string_view metric_namespace,
                          std::string_view name, const Dimensions& dimensions,
                          std::string_view unit, double value) {
  PendingKey key{make_series(scope, std::string(metric_namespace), std::string(name), dimensions),
                 ports_.clock->now().ms() / kMinuteMs, std::string(unit)};
  std::lock_guard lock(mutex_);
  if (pending_.size() >= kPendingMax && !pending_.contains(key)) {
    spdlog::warn("metrics: more than {} series in a second, dropping {}", kPendingMax, name);
    return;
  }
  pending_[std::move(key)].add(value);
}

void MetricWriter::stop() {
  writing_.stop();
  if (Status flushed = flush(); !flushed.ok()) {
    spdlog::error("metrics: last flush failed: {}", flushed.error().to_string());
  }
}

Status MetricWriter::flush_and_sweep() {
  MR_TRY(flush());
  if (--flushes_until_sweep_ > 0) return ok_status();
  flushes_until_sweep_ = kFlushesPerSweep;
  return sweep();
}

Status MetricWriter::flush() {
  std::map<PendingKey, Statistics> batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(pending_);
  }
  if (batch.empty()) return ok_status();
  auto written = store::transact(*ports_.store, [&](store::Txn& txn) -> Status {
    for (const auto& [key, statistics] : batch) {
      MR_TRY(add_to_minute(txn, key.series, Instant::from_ms(key.minute * kMinuteMs), key.unit,
                           statistics));
    }
    return ok_status();
  });
  if (written.ok()) return ok_status();
  return std::move(written).error();
}

Status MetricWriter::sweep() {
  const Instant oldest = ports_.clock->now().plus_ms(-kRetentionMs);
  auto snapshot = ports_.store->snapshot();
  MR_ASSIGN(auto scopes, svc::noted_scopes(*snapshot, store::Space::kCloudWatch));
  for (const svc::Scope& scope : scopes) {
    std::string after;
    do {
      MR_ASSIGN(SeriesPage page, list_series(*snapshot, scope, "", after, kSeriesPage));
      for (const SeriesId& series : page.series) {
        MR_ASSIGN(auto expired, rows_before(*snapshot, series, oldest, kDeletesPerSeries));
        if (expired.empty()) continue;
        auto deleted = store::transact(*ports_.store, [&](store::Txn& txn) {
          for (const auto& key : expired)
            txn.del(key);
          return ok_status();
        });
        if (!deleted.ok()) return std::move(deleted).error();
      }
      after = page.next;
    } while (!after.empty());
  }
  return ok_status();
}

}  // namespace millrace::cloudwatch
