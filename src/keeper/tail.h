// The tail: one flow a shard reads the source's stream and applies it to the target, exactly once
// in effect. Checkpoint and data change in one transaction, behind the owner's fence, for one
// phase:
//
//   Update shard row SET ckpt = e IF fence = F AND ph = P AND ckpt = c;  Put | Delete each key
//
// so a request that arrives late, twice or from a former owner is refused by the target itself.
#pragma once

#include <string_view>
#include <vector>

#include "aws/dynamodbstreams.h"
#include "keeper/context.h"

namespace millrace::keeper {

// Ends when the shard has ended and its children have been handed on. Errors: ReplicationGap,
// OwnershipLost, PoisonRecord (too many).
Flow<Status> follow_shard(Io& io, WorkerContext& context, ShardRow row);

// Compares the stream with the coordination table every discovery_ms and adopts shards that nobody
// has: the safety net behind the hand-over at a shard's end. Ends only with an error.
Flow<Status> discover_shards(Io& io, WorkerContext& context);

// All shards of the stream.
Flow<Result<std::vector<aws::dynamodbstreams::Shard>>> list_shards(Io& io, WorkerContext& context);

// Sequence numbers are decimal numbers of differing length.
bool sequence_less(std::string_view a, std::string_view b);

}  // namespace millrace::keeper
