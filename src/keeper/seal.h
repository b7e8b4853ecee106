// The seal: once every segment is copied, no copy can land any more (a segment's row is DONE and
// its transactions ask for RUN). Then every shard's phase turns from COPY to LIVE, which refuses
// tombstones still on their way, and the tombstones are swept.
#pragma once

#include "keeper/context.h"

namespace millrace::keeper {

// REQUIRES: all segments are DONE. Ends when the task is LIVE.
Flow<Status> seal(Io& io, WorkerContext& context);

}  // namespace millrace::keeper
