// Restores a full backup (ours, or an export of AWS's in DynamoDB JSON) into a new table, with its
// settings. Every data file is checked against the manifest before a line of it is used, and the
// counts at the end. Resumable: what is done is noted beside the backup, so that a restore that was
// killed goes on where it stood when it is started again.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "client/client.h"
#include "keeper/progress.h"
#include "keeper/s3_uri.h"
#include "keeper/table_settings.h"

namespace millrace::keeper {

struct RestoreOptions {
  S3Uri from;
  std::string export_id;  // empty: the newest complete one
  std::string table;      // must not exist, unless a restore of this backup into it was interrupted
  std::optional<TableSettings> settings;  // where the backup has none
  int writers = 8;
};
struct RestoreResult {
  std::string export_id;
  int64_t items = 0;
  int files = 0;
  bool resumed = false;
};
// Errors: BackupNotFound, InvalidBackup (with the object's key), TableExists (all 400), and the
// endpoints'.
Result<RestoreResult> run_restore(client::Client& dynamodb, client::Client& s3,
                                  const RestoreOptions& options, const Clock& clock,
                                  std::FILE* progress);

}  // namespace millrace::keeper
