// A full backup of one table to S3, in the layout of DynamoDB's own exports (export_format.h), with
// the table's settings beside it. The table stays in use: each item is as it was at some moment
// between start and end of the backup.
//
// Bounded memory: a segment's items are written as a data file whenever they reach kDataFileBytes.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "client/client.h"
#include "keeper/export_format.h"
#include "keeper/progress.h"
#include "keeper/s3_uri.h"
#include "keeper/scan.h"

namespace millrace::keeper {

inline constexpr size_t kDataFileBytes = 16 << 20;  // before compression

struct BackupOptions {
  ScanOptions scan;
  S3Uri to;
};
struct BackupResult {
  std::string export_id;
  std::string manifest_key;  // of manifest-summary.json
  int64_t items = 0;
  int64_t bytes = 0;  // compressed
  int files = 0;
};
Result<BackupResult> run_backup(client::Client& dynamodb, client::Client& s3,
                                const BackupOptions& options, const Clock& clock,
                                std::FILE* progress);

// Key of the settings kept with backups of a table.
std::string settings_key(const S3Uri& uri, std::string_view table_id);

}  // namespace millrace::keeper
