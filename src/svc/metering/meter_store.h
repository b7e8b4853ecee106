// MeterStore: what AWS would bill, counted per hour, account and region. Quantities are summed in
// memory and added to the store's counters every kFlushMs, without reading them: metering never
// conflicts with anything. A crash may lose the last kFlushMs of counts, never more.
//
// Rows: (account, region, meter, "usage", hour, meter name) -> counter, in millionths of the
// meter's unit.
//
// Thread safety: count() from any thread. start() once; stop() once, writes what is left. The
// runner must have drained before the store is destroyed.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "svc/periodic.h"
#include "svc/ports.h"

namespace millrace::metering {

class MeterStore final : public svc::Meter {
 public:
  static constexpr int64_t kFlushMs = 1'000;

  explicit MeterStore(const svc::Ports& ports);

  void count(const svc::Scope& scope, std::string_view meter, double quantity) override;
  void start() { flushing_.start(); }
  void stop();
  Status flush();

 private:
  const svc::Ports& ports_;
  std::mutex mutex_;
  std::map<std::pair<svc::Scope, std::string>, double> pending_;
  svc::Periodic flushing_;
};

struct Usage {
  svc::Scope scope;
  std::string meter;
  double quantity;
};
// Sums of whole hours that end after `since`, all accounts and regions, in order of scope and
// meter.
Result<std::vector<Usage>> read_usage(store::Reader& reader, Instant since);

}  // namespace millrace::metering
