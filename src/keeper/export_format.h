// The layout of DynamoDB's own exports to S3, which is that of our backups: AWS's import and its
// public tools read them, and we read theirs. Pure: names, manifests and lines as text.
//
//   <prefix>/AWSDynamoDB/<export id>/_started
//                                    manifest-summary.json  manifest-summary.md5  .checksum
//                                    manifest-files.json    manifest-files.md5    .checksum
//                                    data/<26 characters>.json.gz
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "codec/attribute_value.h"

namespace millrace::keeper {

// "01693685827463-2d8752fd": milliseconds in 14 digits, and 8 of hex.
std::string new_export_id(Instant now, Rng& rng);
std::string new_data_file_name(Rng& rng);  // "asdl123dasas4dlkj9823uhfsd.json.gz"

struct ManifestSummary {
  std::string export_arn, table_arn, table_id;
  Instant start_time, end_time, export_time;
  std::string bucket, prefix;
  std::string manifest_files_key;  // from the bucket's root
  int64_t billed_bytes = 0;
  int64_t item_count = 0;
  std::string output_format = "DYNAMODB_JSON";
};
std::string summary_to_json(const ManifestSummary& summary);
// Errors: InvalidBackup (400), naming what is missing or not supported (an incremental export,
// Ion).
Result<ManifestSummary> summary_from_json(std::string_view json);

struct DataFile {
  int64_t item_count = 0;
  std::string md5_base64;
  std::string etag;
  std::string key;  // from the bucket's root
};
std::string data_file_line(const DataFile& file);  // with its newline
Result<std::vector<DataFile>> data_files_from_lines(std::string_view lines);

// One line of a data file: {"Item":{...}} and a newline.
void append_item_line(std::string& out, const codec::Item& item);
Result<codec::Item> item_from_line(std::string_view line);

}  // namespace millrace::keeper
