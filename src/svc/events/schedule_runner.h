// ScheduleRunner: fires the scheduled rules when they are due. One per process.
//
// A firing is one transaction: the rule's next time, and a fire row with the event; the fire row
// goes once the targets' functions have accepted the event. So a crash neither loses a firing nor
// makes one that did not come: what was fired and not yet accepted is delivered at the next start
// (at least once, as on AWS). What came due while nothing ran is not made up for: such a rule fires
// at its next time.
//
// Every kTickMs it looks at the first due row only, whatever the number of rules.
//
// Thread safety: start() and stop() once each. The runner must have drained before destruction.
#pragma once

#include <optional>

#include "base/clock.h"
#include "svc/events/rules.h"
#include "svc/periodic.h"

namespace millrace::events {

class ScheduleRunner {
 public:
  static constexpr int64_t kTickMs = 1'000;
  // A rule that is this late at the start came due while nothing ran.
  static constexpr int64_t kMissedAfterMs = 60'000;

  // REQUIRES: `ports` outlives this and has store, clock, runner, functions and metrics.
  explicit ScheduleRunner(const svc::Ports& ports)
      : ports_(ports),
        ticking_(ports, {.name = "events: schedules", .interval_ms = kTickMs},
                 [this] { return run(); }) {}

  void start() {
    started_at_ = ports_.clock->now();
    ticking_.start();
  }
  void stop() { ticking_.stop(); }

  // Delivers what an earlier run has fired and not handed over, and passes over what it missed.
  Status recover();
  // Fires what is due. A rule that fails is logged and holds up no other.
  Status tick();

 private:
  struct Firing {
    std::string fire_key;
    svc::Scope scope;
    Rule rule;
    codec::Json event;
  };
  Status run();
  Status for_each_due(Instant until, Status (ScheduleRunner::*use)(const DueKey&));
  Status fire_one(const DueKey& due);
  Status pass_over(const DueKey& due);
  void hand_over(const Firing& firing);

  const svc::Ports& ports_;
  std::optional<Instant> started_at_;  // the first run comes later, and the clock may have moved
  bool is_recovered_ = false;
  svc::Periodic ticking_;
};

}  // namespace millrace::events
