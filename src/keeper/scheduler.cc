#include "keeper/scheduler.h"

#include <algorithm>

namespace millrace::keeper {

void Scheduler::spawn(const std::function<Flow<Status>(Io&)>& make, Finished finished) {
  const uint64_t slot_id = next_id_++;
  Slot& slot = slots_[slot_id];
  slot.io = std::make_unique<Io>(clock_, rng_);
  slot.flow = make(*slot.io);
  slot.finished = std::move(finished);
  slot.flow.handle().resume();
  advance(slot_id);
}

void Scheduler::advance(uint64_t slot_id) {
  const auto found = slots_.find(slot_id);
  if (found == slots_.end()) return;
  Slot& slot = found->second;
  if (slot.flow.done()) {
    Status result = std::move(slot.flow.result());
    const Finished finished = std::move(slot.finished);
    slots_.erase(found);
    finished(std::move(result));
    return;
  }
  Step step = slot.io->take_step();
  if (auto* request = std::get_if<Request>(&step)) {
    slot.call = next_id_++;
    waiting_[slot.call] = slot_id;
    calls_.push_back({slot.call, std::move(*request)});
  } else if (const auto* sleep = std::get_if<Sleep>(&step)) {
    slot.wake_us = clock_.monotonic_us() + sleep->ms * 1000;
  } else {
    CHECK(false);  // a flow suspends only through its Io
  }
}

std::vector<Scheduler::Call> Scheduler::take_calls() {
  const int64_t now_us = clock_.monotonic_us();
  std::vector<uint64_t> due;
  for (const auto& [id, slot] : slots_) {
    if (slot.wake_us && *slot.wake_us <= now_us) due.push_back(id);
  }
  for (const uint64_t id : due) {
    const auto found = slots_.find(id);
    if (found == slots_.end()) continue;
    found->second.wake_us.reset();
    found->second.io->resume();
    advance(id);
  }
  return std::exchange(calls_, {});
}

void Scheduler::on_reply(uint64_t id, Result<std::shared_ptr<void>> reply) {
  const auto waiting = waiting_.find(id);
  if (waiting == waiting_.end()) return;
  const uint64_t slot_id = waiting->second;
  waiting_.erase(waiting);
  const auto found = slots_.find(slot_id);
  if (found == slots_.end()) return;
  found->second.call = 0;
  found->second.io->resume_with(std::move(reply));
  advance(slot_id);
}

std::optional<int64_t> Scheduler::next_wake_ms() const {
  std::optional<int64_t> wake_us;
  for (const auto& [id, slot] : slots_) {
    if (slot.wake_us && (!wake_us || *slot.wake_us < *wake_us)) wake_us = slot.wake_us;
  }
  if (!wake_us) return std::nullopt;
  return std::max<int64_t>(0, (*wake_us - clock_.monotonic_us() + 999) / 1000);
}

}  // namespace millrace::keeper
