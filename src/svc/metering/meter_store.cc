#include "svc/metering/meter_store.h"

#include <cmath>

#include "base/log.h"
#include "store/key.h"
#include "svc/scope_index.h"

namespace millrace::metering {
namespace {

constexpr double kMillionths = 1e6;
constexpr int64_t kHourMs = 3'600'000;

store::KeyWriter usage_prefix(const svc::Scope& scope) {
  return store::KeyWriter(scope.account, scope.region, store::Space::kMeter).str("usage");
}

}  // namespace

MeterStore::MeterStore(const svc::Ports& ports)
    : ports_(ports),
      flushing_(ports, {.name = "metering", .interval_ms = kFlushMs}, [this] { return flush(); }) {}

void MeterStore::count(const svc::Scope& scope, std::string_view meter, double quantity) {
  std::lock_guard lock(mutex_);
  pending_[{scope, std::string(meter)}] += quantity;
}

void MeterStore::stop() {
  flushing_.stop();
  if (Status flushed = flush(); !flushed.ok()) {
    spdlog::error("metering: last flush failed: {}", flushed.error().to_string());
  }
}

Status MeterStore::flush() {
  decltype(pending_) batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(pending_);
  }
  if (batch.empty()) return ok_status();
  auto hour = static_cast<uint64_t>(ports_.clock->now().ms() / kHourMs);
  auto written = store::transact(*ports_.store, [&](store::Txn& txn) -> Status {
    for (const auto& [key, quantity] : batch) {
      const auto& [scope, meter] = key;
      MR_TRY(svc::note_scope(txn, store::Space::kMeter, scope));
      txn.add(usage_prefix(scope).u64(hour).str(meter).key(),
              static_cast<int64_t>(std::llround(quantity * kMillionths)));
    }
    return ok_status();
  });
  if (written.ok()) return ok_status();
  return std::move(written).error();
}

Result<std::vector<Usage>> read_usage(store::Reader& reader, Instant since) {
  std::vector<Usage> out;
  auto first_hour = static_cast<uint64_t>(since.ms() / kHourMs);
  MR_ASSIGN(auto scopes, svc::noted_scopes(reader, store::Space::kMeter));
  for (const svc::Scope& scope : scopes) {
    std::map<std::string, double> sums;
    store::KeyRange range = store::prefix_range(usage_prefix(scope).key());
    range.start = usage_prefix(scope).u64(first_hour).key();
    auto cursor = reader.scan(range);
    for (; cursor->valid(); cursor->next()) {
      store::KeyReader key(cursor->key());
      key.str();
      key.u64();
      sums[key.str().value_or("")] +=
          static_cast<double>(store::decode_counter(cursor->value())) / kMillionths;
    }
    MR_TRY(cursor->status());
    for (auto& [meter, quantity] : sums)
      out.push_back({scope, meter, quantity});
  }
  return out;
}

}  // namespace millrace::metering
