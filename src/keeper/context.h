// What the flows of one worker share. They run on one thread, so plain values do.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "keeper/coordination.h"
#include "keeper/task.h"

namespace millrace::keeper {

inline constexpr size_t kBytesPerTransactionMax = 3'500'000;  // of 4 MB

struct WorkerContext {
  TaskConfig config;
  Coordination coordination;
  int64_t fence = 0;  // ours, since we took the task over
  std::string stream_arn;
  std::vector<std::string> key_names;  // of the table
  Phase phase = Phase::kCopy;          // for rows that are made from now on
  ReplicationStatus progress;
  std::vector<std::string> notes;  // what a person should read, once
  // Of shards that are being followed, or have ended and wait for their children to show up.
  std::map<std::string, int64_t> shard_watermarks_ms;
  std::map<std::string, ParkedRow> parked;  // by sort key of the row
  double copy_rate = 0;                     // items a second, adapted
  std::function<void(ShardRow)> follow;     // starts following a shard

  explicit WorkerContext(TaskConfig task) : config(std::move(task)), coordination(config) {}
  int64_t watermark_ms() const;
};

// The write that gives the key its image at the target; no image: it is deleted there, amid the
// copy by a tombstone.
aws::dynamodb::TransactWriteItem write_of(const WorkerContext& context, const codec::Item& key,
                                          const std::optional<codec::Item>& image, Phase phase);

// Refuses its transaction unless we own the task and it is in this phase: for rows that are made.
aws::dynamodb::TransactWriteItem check_of_owner(const WorkerContext& context, Phase phase);

// A bounded wait before the n-th repetition.
int64_t pause_ms(Io& io, int attempt);

}  // namespace millrace::keeper
