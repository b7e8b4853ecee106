#include "keeper/export_format.h"

#include <fmt/format.h>

#include "codec/attribute_value_json.h"
#include "codec/json.h"

namespace millrace::keeper {
namespace {

using codec::Json;

Error invalid_backup(std::string why) { return Error("InvalidBackup", 400, std::move(why)); }

int64_t integer_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_int() ? *member->as_int() : 0;
}

}  // namespace

std::string new_export_id(Instant now, Rng& rng) {
  return fmt::format("{:014}-{:08x}", now.ms(), rng.next() & 0xFFFFFFFF);
}

std::string new_data_file_name(Rng& rng) { return random_text(rng, 26, kLowerAlnum) + ".json.gz"; }

std::string summary_to_json(const ManifestSummary& summary) {
  Json json;
  json.set("version", "2020-06-30")
      .set("exportArn", summary.export_arn)
      .set("startTime", format_iso8601_ms(summary.start_time))
      .set("endTime", format_iso8601_ms(summary.end_time))
      .set("tableArn", summary.table_arn)
      .set("tableId", summary.table_id)
      .set("exportTime", format_iso8601_ms(summary.export_time))
      .set("s3Bucket", summary.bucket)
      .set("s3Prefix", summary.prefix)
      .set("s3SseAlgorithm", "AES256")
      .set("s3SseKmsKeyId", Json())
      .set("manifestFilesS3Key", summary.manifest_files_key)
      .set("billedSizeBytes", summary.billed_bytes)
      .set("itemCount", summary.item_count)
      .set("outputFormat", summary.output_format)
      .set("exportType", "FULL_EXPORT");
  return json.dump();
}

Result<ManifestSummary> summary_from_json(std::string_view text) {
  auto json = Json::parse(text);
  if (!json.ok()) return invalid_backup("manifest-summary.json is no JSON");
  if (json->get_string("exportType", "FULL_EXPORT") != "FULL_EXPORT") {
    return invalid_backup("an incremental export cannot be restored yet: give a full one");
  }
  ManifestSummary summary{.export_arn = std::string(json->get_string("exportArn")),
                          .table_arn = std::string(json->get_string("tableArn")),
                          .table_id = std::string(json->get_string("tableId")),
                          .bucket = std::string(json->get_string("s3Bucket")),
                          .prefix = std::string(json->get_string("s3Prefix")),
                          .manifest_files_key = std::string(json->get_string("manifestFilesS3Key")),
                          .billed_bytes = integer_of(*json, "billedSizeBytes"),
                          .item_count = integer_of(*json, "itemCount"),
                          .output_format = std::string(json->get_string("outputFormat"))};
  if (summary.output_format != "DYNAMODB_JSON") {
    return invalid_backup(fmt::format(
        "output format '{}' cannot be restored yet: DYNAMODB_JSON can", summary.output_format));
  }
  if (summary.manifest_files_key.empty()) {
    return invalid_backup("manifest-summary.json has no manifestFilesS3Key");
  }
  if (auto time = parse_iso8601(json->get_string("exportTime")); time.ok()) {
    summary.export_time = *time;
  }
  return summary;
}

std::string data_file_line(const DataFile& file) {
  Json json;
  json.set("itemCount", file.item_count)
      .set("md5Checksum", file.md5_base64)
      .set("etag", file.etag)
      .set("dataFileS3Key", file.key);
  return json.dump() + "\n";
}

Result<std::vector<DataFile>> data_files_from_lines(std::string_view lines) {
  std::vector<DataFile> files;
  while (!lines.empty()) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (line.empty()) continue;
    auto json = Json::parse(line);
    if (!json.ok()) return invalid_backup("manifest-files.json has a line that is no JSON");
    DataFile file{.item_count = integer_of(*json, "itemCount"),
                  .md5_base64 = std::string(json->get_string("md5Checksum")),
                  .etag = std::string(json->get_string("etag")),
                  .key = std::string(json->get_string("dataFileS3Key"))};
    if (file.key.empty() || file.md5_base64.empty()) {
      return invalid_backup("manifest-files.json has a line without dataFileS3Key or md5Checksum");
    }
    files.push_back(std::move(file));
  }
  return files;
}

void append_item_line(std::string& out, const codec::Item& item) {
  out += "{\"Item\":";
  codec::append_json(out, item);
  out += "}\n";
}

Result<codec::Item> item_from_line(std::string_view line) {
  // What stands between {"Item": and the last } is the item; its own reader checks the rest.
  constexpr std::string_view kBefore = "{\"Item\":";
  while (line.ends_with('\n') || line.ends_with('\r') || line.ends_with(' ')) {
    line.remove_suffix(1);
  }
  if (!line.starts_with(kBefore) || !line.ends_with('}')) {
    return invalid_backup("a data line is not {\"Item\":{...}}");
  }
  line.remove_prefix(kBefore.size());
  line.remove_suffix(1);
  return codec::item_from_json_text(line);
}

}  // namespace millrace::keeper
