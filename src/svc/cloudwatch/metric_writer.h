// MetricWriter: the MetricSink of the server. Values of services (AWS/Lambda, AWS/ApiGateway) are
// summed in memory by series and minute, and written every kFlushMs in one transaction, so that
// recording one costs a map lookup. What a crash may lose is at most kFlushMs of metrics. Also
// removes data past its retention.
//
// Thread safety: record() from any thread. start() once; stop() once, flushes what is left. The
// runner must have drained before the writer is destroyed.
#pragma once

#include <map>
#include <mutex>

#include "svc/cloudwatch/series.h"
#include "svc/periodic.h"
#include "svc/ports.h"

namespace millrace::cloudwatch {

class MetricWriter final : public svc::MetricSink {
 public:
  static constexpr int64_t kFlushMs = 1'000;
  static constexpr size_t kPendingMax =
      20'000;  // series x minutes; beyond it values are dropped, logged

  explicit MetricWriter(const svc::Ports& ports);

  void record(const svc::Scope& scope, std::string_view metric_namespace, std::string_view name,
              const Dimensions& dimensions, std::string_view unit, double value) override;
  void start() { writing_.start(); }
  void stop();
  // Writes what is pending; called by the timer and by tests.
  Status flush();
  // Deletes minutes older than kRetentionMs.
  Status sweep();

 private:
  struct PendingKey {
    SeriesId series;
    int64_t minute;
    std::string unit;
    auto operator<=>(const PendingKey&) const = default;
  };
  Status flush_and_sweep();

  const svc::Ports& ports_;
  std::mutex mutex_;
  std::map<PendingKey, Statistics> pending_;
  int64_t flushes_until_sweep_ = 0;
  svc::Periodic writing_;
};

}  // namespace millrace::cloudwatch
