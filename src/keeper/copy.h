// The copy: one flow a scan segment writes what it reads from the source, beside the tail. An item
// is written only where the target has nothing under its key: what the stream has touched, deleted
// items included (tombstones), is the tail's.
#pragma once

#include "keeper/context.h"

namespace millrace::keeper {

// Ends when the segment is DONE.
Flow<Status> copy_segment(Io& io, WorkerContext& context, SegmentRow row);

}  // namespace millrace::keeper
