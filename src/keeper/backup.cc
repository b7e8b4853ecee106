#include "keeper/backup.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/encoding.h"
#include "base/hash.h"
#include "codec/gzip.h"
#include "keeper/describe.h"
#include "keeper/object_io.h"

namespace millrace::keeper {
namespace {

// What one segment has read and not yet written.
struct Pending {
  std::vector<std::string> lines;
  size_t bytes = 0;
};

class Backup {
 public:
  Backup(client::Client& s3, const BackupOptions& options, std::string export_id)
      : s3_(s3),
        options_(options),
        export_id_(std::move(export_id)),
        pending_(static_cast<size_t>(std::clamp(options.scan.segments, 1, 64))) {}

  std::string key(std::string_view name) const {
    return options_.to.key(fmt::format("AWSDynamoDB/{}/{}", export_id_, name));
  }

  Status take(int segment, const std::vector<codec::Item>& items) {
    Pending& pending = pending_[static_cast<size_t>(segment)];
    for (const codec::Item& item : items) {
      std::string line;
      append_item_line(line, item);
      pending.bytes += line.size();
      pending.lines.push_back(std::move(line));
      if (pending.bytes >= kDataFileBytes) MR_TRY(write_file(pending));
    }
    return ok_status();
  }

  Status finish() {
    for (Pending& pending : pending_) {
      if (!pending.lines.empty()) MR_TRY(write_file(pending));
    }
    return ok_status();
  }

  // An object and its checksum companions, under both names that readers look for.
  Status put_manifest(std::string_view stem, const std::string& json) {
    MR_TRY(put(fmt::format("{}.json", stem), json));
    std::string checksum = base64_encode(md5(json));
    MR_TRY(put(fmt::format("{}.md5", stem), checksum));
    return put(fmt::format("{}.checksum", stem), checksum);
  }

  Status put(std::string_view name, std::string bytes) {
    auto etag =
        put_object(s3_, {options_.to.bucket, key(name), std::move(bytes), "application/json"});
    if (!etag.ok()) return std::move(etag).error();
    return ok_status();
  }

  std::string file_lines() const {
    std::string lines;
    for (const DataFile& file : files_)
      lines += data_file_line(file);
    return lines;
  }
  int64_t items() const { return items_; }
  int64_t bytes() const { return bytes_; }
  int64_t plain_bytes() const { return plain_bytes_; }
  int files() const { return static_cast<int>(files_.size()); }

 private:
  // Items are shuffled within the file: loaded in the order of a scan they would fall on one
  // partition of the new table after the other.
  Status write_file(Pending& pending) {
    for (size_t i = pending.lines.size(); i > 1; --i) {
      std::swap(pending.lines[i - 1], pending.lines[thread_rng().next() % i]);
    }
    std::string plain;
    plain.reserve(pending.bytes);
    for (const std::string& line : pending.lines)
      plain += line;
    std::string compressed = codec::gzip(plain);
    DataFile file{.item_count = static_cast<int64_t>(pending.lines.size()),
                  .md5_base64 = base64_encode(md5(compressed)),
                  .key = key("data/" + new_data_file_name(thread_rng()))};
    auto size = static_cast<int64_t>(compressed.size());
    MR_ASSIGN(file.etag, put_object(s3_, {options_.to.bucket, file.key, std::move(compressed)}));
    std::erase(file.etag, '"');
    pending = Pending();
    std::lock_guard lock(mutex_);
    items_ += file.item_count;
    bytes_ += size;
    plain_bytes_ += static_cast<int64_t>(plain.size());
    files_.push_back(std::move(file));
    return ok_status();
  }

  client::Client& s3_;
  const BackupOptions& options_;
  const std::string export_id_;
  std::vector<Pending> pending_;  // by segment; each used by that segment's thread alone
  std::mutex mutex_;              // guards what is below
  std::vector<DataFile> files_;
  int64_t items_ = 0, bytes_ = 0, plain_bytes_ = 0;
};

}  // namespace

std::string settings_key(const S3Uri& uri, std::string_view table_id) {
  return uri.key(fmt::format("_rep/{}/table.json", table_id));
}

Result<BackupResult> run_backup(client::Client& dynamodb, client::Client& s3,
                                const BackupOptions& options, const Clock& clock,
                                std::FILE* progress_out) {
  MR_ASSIGN(TableSettings settings, read_settings(dynamodb, options.scan.table));
  const Instant start = clock.now();
  const std::string export_id = new_export_id(start, thread_rng());
  const std::string table_id = settings.table.table_id.value_or(options.scan.table);
  const std::string table_arn = settings.table.table_arn.value_or("");
  Backup backup(s3, options, export_id);
  MR_TRY(backup.put("_started", ""));
  MR_ASSIGN(auto etag, put_object(s3, {options.to.bucket, settings_key(options.to, table_id),
                                       settings_to_json(settings), "application/json"}));

  Progress progress("backing up " + options.scan.table, settings.table.item_count.value_or(0),
                    clock, progress_out);
  MR_TRY(scan_table(dynamodb, options.scan, [&](int segment, std::vector<codec::Item> items) {
    progress.add(static_cast<int64_t>(items.size()));
    return backup.take(segment, items);
  }));
  MR_TRY(backup.finish());

  // The summary comes last: an export without one was interrupted, and no reader takes it.
  MR_TRY(backup.put_manifest("manifest-files", backup.file_lines()));
  ManifestSummary summary{.export_arn = fmt::format("{}/export/{}", table_arn, export_id),
                          .table_arn = table_arn,
                          .table_id = table_id,
                          .start_time = start,
                          .end_time = clock.now(),
                          .export_time = start,
                          .bucket = options.to.bucket,
                          .prefix = options.to.prefix,
                          .manifest_files_key = backup.key("manifest-files.json"),
                          .billed_bytes = backup.plain_bytes(),
                          .item_count = backup.items()};
  MR_TRY(backup.put_manifest("manifest-summary", summary_to_json(summary)));
  return BackupResult{export_id, backup.key("manifest-summary.json"), backup.items(),
                      backup.bytes(), backup.files()};
}

}  // namespace millrace::keeper
