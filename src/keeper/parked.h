// Parked keys: those whose newest image the target refuses for ever (too large there, a key of an
// index of the wrong type). One row a key in the coordination table; all other keys go on.
//
// A parked key is right again with the first later change that the target accepts: the transaction
// that applies it deletes the row. Besides, each worker tries all of them again when it starts.
// That is exact: it reads the source's item, waits until the tail has passed that moment, and
// writes only if the row is unchanged. Then the item read is the very image that was refused, and a
// later change cannot be overwritten, because whatever applies one deletes or changes the row with
// it.
#pragma once

#include "keeper/context.h"

namespace millrace::keeper {

// More than these, and something is wrong with the target itself.
inline constexpr size_t kParkedMax = 1000;

// The row's sort key for a key of the table.
std::string parked_key(const codec::Item& key);

aws::dynamodb::TransactWriteItem put_parked(const WorkerContext& context, const ParkedRow& row);
aws::dynamodb::TransactWriteItem erase_parked(const WorkerContext& context,
                                              const std::string& row_key);

// Notes the row, for whoever writes the key next. Error: PoisonRecord when there are too many.
Status park(WorkerContext& context, ParkedRow row);
void unpark(WorkerContext& context, const std::string& row_key);

// Tries once more what was parked when the worker started. Ends when each has been tried.
Flow<Status> retry_parked(Io& io, WorkerContext& context, std::vector<ParkedRow> rows);

}  // namespace millrace::keeper
