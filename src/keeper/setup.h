// What must be there before a replication runs: the source's stream, the target table, the
// coordination table; and the taking over of the task from whoever had it.
#pragma once

#include "keeper/context.h"

namespace millrace::keeper {

// Errors: Refused (wrong view type, other keys, target not empty, another live owner),
// ReplicationGap (the stream is another one than the task began with).
Flow<Status> prepare_tables(Io& io, WorkerContext& context);
Flow<Result<Rows>> take_over(Io& io, WorkerContext& context);

// Parts that backup and restore need too.
Flow<Result<aws::dynamodb::TableDescription>> describe_active(Io& io, Side side, std::string table);
aws::dynamodb::CreateTableInput create_like(const aws::dynamodb::TableDescription& source,
                                            std::string name);
std::vector<std::string> key_names_of(const aws::dynamodb::TableDescription& table);
Flow<Status> ensure_coordination_table(Io& io, std::string table);

}  // namespace millrace::keeper
