#include "keeper/worker.h"

#include <algorithm>

#include "keeper/copy.h"
#include "keeper/parked.h"
#include "keeper/seal.h"
#include "keeper/setup.h"
#include "keeper/tail.h"

namespace millrace::keeper {

Worker::Worker(TaskConfig config, const Clock& clock, Rng& rng)
    : clock_(clock), context_(std::move(config)), scheduler_(clock, rng) {
  context_.copy_rate = context_.config.copy_items_per_s;
  context_.follow = [this](ShardRow row) { follow(std::move(row)); };
}

void Worker::start() {
  scheduler_.spawn([this](Io& io) { return run(io); },
                   [this](const Status& status) { on_finished(status); });
}

void Worker::on_finished(const Status& status) {
  if (status.ok() || failure_) return;
  failure_ = Status(status).error();
}

Flow<Status> Worker::run(Io& io) {
  CO_TRY(co_await prepare_tables(io, context_));
  CO_ASSIGN(const Rows rows, co_await take_over(io, context_));
  const auto finished = [this](const Status& status) { on_finished(status); };
  scheduler_.spawn([this](Io& own) { return beat(own); }, finished);
  scheduler_.spawn([this](Io& own) { return discover_shards(own, context_); }, finished);
  for (const ParkedRow& row : rows.parked) {
    CO_TRY(park(context_, row));
  }
  if (!rows.parked.empty()) {
    scheduler_.spawn([&](Io& own) { return retry_parked(own, context_, rows.parked); }, finished);
  }
  for (const ShardRow& row : rows.shards) {
    if (row.state == "READY") follow(row);
    // Its children have not shown up yet; what they hold is not applied.
    const bool has_child =
        std::ranges::find(rows.shards, row.shard, &ShardRow::parent) != rows.shards.end();
    if (row.state == "DONE" && !has_child)
      context_.shard_watermarks_ms[row.shard] = row.watermark_ms;
  }
  context_.progress.segments = context_.config.segments;
  if (rows.meta->state == "LIVE") {
    context_.progress.state = "live";
    context_.progress.segments_done = context_.config.segments;
  } else {
    copy(rows);
  }
  co_return ok_status();
}

void Worker::follow(ShardRow row) {
  scheduler_.spawn([this, &row](Io& io) { return follow_shard(io, context_, std::move(row)); },
                   [this](const Status& status) { on_finished(status); });
}

void Worker::copy(const Rows& rows) {
  context_.progress.state = "copying";
  for (const SegmentRow& row : rows.segments) {
    context_.progress.copied += row.count;
    if (row.state == "DONE") {
      ++context_.progress.segments_done;
      continue;
    }
    ++segments_running_;
  }
  if (segments_running_ == 0) {
    start_seal();
    return;
  }
  for (const SegmentRow& row : rows.segments) {
    if (row.state == "DONE") continue;
    scheduler_.spawn([this, row](Io& io) { return copy_segment(io, context_, row); },
                     [this](const Status& status) {
                       on_finished(status);
                       if (status.ok()) on_segment_done();
                     });
  }
}

void Worker::on_segment_done() {
  if (--segments_running_ == 0) start_seal();
}

void Worker::start_seal() {
  scheduler_.spawn([this](Io& io) { return seal(io, context_); },
                   [this](const Status& status) { on_finished(status); });
}

// Says that we live and how far the target is; verify and a second worker look at it.
Flow<Status> Worker::beat(Io& io) {
  for (int64_t count = 1;; ++count) {
    Expression expression;
    aws::dynamodb::UpdateItemInput input;
    input.table_name = context_.coordination.table();
    input.key = context_.coordination.key("META");
    // The count begins anew with each owner; that it differs from one look to the next is what
    // counts.
    input.update_expression = "SET " +
                              expression.set("beat", number(count * 1'000'000 + context_.fence)) +
                              ", " + expression.set("wm", number(context_.watermark_ms()));
    input.condition_expression = expression.equals("fence", number(context_.fence));
    input.expression_attribute_names = expression.names;
    input.expression_attribute_values = expression.values;
    auto done = co_await io.call<aws::dynamodb::UpdateItem>(Side::kTarget, std::move(input));
    if (!done.ok()) {
      if (done.error().code() == "ConditionalCheckFailedException") co_return lost_ownership();
      if (!is_passing(done.error())) co_return done.error();
    }
    co_await io.sleep(context_.config.beat_ms);
  }
}

ReplicationStatus Worker::progress() const {
  ReplicationStatus out = context_.progress;
  out.shards = static_cast<int>(context_.shard_watermarks_ms.size());
  const int64_t watermark_ms = context_.watermark_ms();
  if (watermark_ms > 0) out.lag_ms = std::max<int64_t>(0, clock_.now().ms() - watermark_ms);
  return out;
}

}  // namespace millrace::keeper
