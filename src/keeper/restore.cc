#include "keeper/restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "aws/dynamodb.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "codec/gzip.h"
#include "codec/json.h"
#include "keeper/backup.h"
#include "keeper/describe.h"
#include "keeper/export_format.h"
#include "keeper/object_io.h"

namespace millrace::keeper {
namespace {

namespace api = aws::dynamodb;
using codec::Json;

constexpr size_t kBatchItems = 25;           // BatchWriteItem's limit
constexpr size_t kPlainBytesMax = 1u << 30;  // of one data file
constexpr int kBatchTriesMax = 60;           // of one batch whose items stay unprocessed

Error invalid_backup(std::string_view key, std::string_view why) {
  return Error("InvalidBackup", 400, fmt::format("{}: {}", key, why));
}

// Which data files are in the table already; kept beside the backup while a restore runs. Written
// whenever it has grown by a sixteenth, so that all its writings together stay in proportion to the
// number of files; what a restore that goes on does twice it does to the same effect.
class DoneFiles {
 public:
  DoneFiles(client::Client& s3, std::string bucket, std::string key)
      : s3_(s3), bucket_(std::move(bucket)), key_(std::move(key)) {}

  // False when no restore was interrupted.
  Result<bool> load() {
    MR_ASSIGN(auto text, get_object(s3_, bucket_, key_));
    if (!text) return false;
    MR_ASSIGN(Json json, Json::parse(*text));
    const Json* files = json.find("done");
    if (files == nullptr || !files->is_array())
      return invalid_backup(key_, "not a restore's notes");
    for (const Json& file : *files->as_array()) {
      if (const auto* name = file.as_string()) done_.insert(*name);
    }
    saved_ = done_.size();
    return true;
  }
  bool contains(const std::string& file) const {
    std::lock_guard lock(mutex_);
    return done_.contains(file);
  }
  Status add(const std::string& file) {
    std::lock_guard lock(mutex_);
    done_.insert(file);
    if (done_.size() < saved_ + 1 + saved_ / 16) return ok_status();
    saved_ = done_.size();
    return save();
  }
  Status save() {
    Json files = Json::array();
    for (const auto& file : done_)
      files.push(file);
    auto etag = put_object(
        s3_, {bucket_, key_, Json().set("done", std::move(files)).dump(), "application/json"});
    return etag.ok() ? ok_status() : Status(std::move(etag).error());
  }
  Status forget() { return delete_object(s3_, bucket_, key_); }

 private:
  client::Client& s3_;
  const std::string bucket_, key_;
  mutable std::mutex mutex_;
  std::set<std::string> done_;
  size_t saved_ = 0;
};

Result<std::string> must_get(client::Client& s3, const std::string& bucket,
                             const std::string& key) {
  MR_ASSIGN(auto bytes, get_object(s3, bucket, key));
  if (!bytes) return invalid_backup(key, "is missing");
  return std::move(*bytes);
}

// A manifest, checked against its companion where there is one.
Result<std::string> get_manifest(client::Client& s3, const std::string& bucket,
                                 const std::string& json_key) {
  MR_ASSIGN(std::string json, must_get(s3, bucket, json_key));
  std::string stem = json_key.substr(0, json_key.size() - std::string_view("json").size());
  for (const char* extension : {"md5", "checksum"}) {
    MR_ASSIGN(auto expected, get_object(s3, bucket, stem + extension));
    if (!expected) continue;
    while (expected->ends_with('\n'))
      expected->pop_back();
    if (*expected != base64_encode(md5(json)))
      return invalid_backup(json_key, "was changed: its checksum differs");
    break;
  }
  return json;
}

Result<std::string> newest_export(client::Client& s3, const S3Uri& from) {
  MR_ASSIGN(auto ids, list_folders(s3, from.bucket, from.key("AWSDynamoDB/")));
  std::sort(ids.rbegin(), ids.rend());
  for (const std::string& id : ids) {
    MR_ASSIGN(auto summary,
              get_object(s3, from.bucket,
                         from.key(fmt::format("AWSDynamoDB/{}/manifest-summary.json", id))));
    if (summary) return id;
  }
  return Error(
      "BackupNotFound", 400,
      fmt::format("there is no complete backup below s3://{}/{}", from.bucket, from.prefix));
}

Status write_batch(client::Client& dynamodb, const std::string& table,
                   std::vector<api::WriteRequest> requests) {
  api::BatchWriteItemInput input;
  input.request_items[table] = std::move(requests);
  for (int tries = 0; tries < kBatchTriesMax; ++tries) {
    MR_ASSIGN(auto output, dynamodb.call<api::BatchWriteItem>(input));
    if (!output.unprocessed_items || output.unprocessed_items->empty()) return ok_status();
    input.request_items = std::move(*output.unprocessed_items);
    std::this_thread::sleep_for(
        std::chrono::milliseconds(std::min(25 << std::min(tries, 7), 2'000)));
  }
  return Error("ThrottlingException", 400, "the table takes no more writes: too little capacity?");
}

// Loads data files with several writers.
class Loader {
 public:
  Loader(client::Client& dynamodb, client::Client& s3, const RestoreOptions& options,
         DoneFiles& done, Progress& progress)
      : dynamodb_(dynamodb), s3_(s3), options_(options), done_(done), progress_(progress) {}

  Status load(const std::vector<DataFile>& files) {
    std::atomic<size_t> next = 0;
    std::mutex mutex;
    Status first_error;
    auto run = [&] {
      for (size_t i; first_error_free() && (i = next++) < files.size();) {
        Status loaded = load_file(files[i]);
        if (loaded.ok()) continue;
        std::lock_guard lock(mutex);
        if (!failed_.exchange(true)) first_error = std::move(loaded);
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < std::clamp(options_.writers, 1, 64); ++i)
      threads.emplace_back(run);
    for (auto& thread : threads)
      thread.join();
    return first_error;
  }

 private:
  bool first_error_free() const { return !failed_; }

  Status load_file(const DataFile& file) {
    if (done_.contains(file.key)) {
      progress_.add(file.item_count);
      return ok_status();
    }
    MR_ASSIGN(std::string compressed, must_get(s3_, options_.from.bucket, file.key));
    if (base64_encode(md5(compressed)) != file.md5_base64) {
      return invalid_backup(file.key, "is damaged: its MD5 differs from the manifest's");
    }
    auto plain = codec::gunzip(compressed, kPlainBytesMax);
    if (!plain.ok()) return invalid_backup(file.key, plain.error().message());
    std::string_view rest = *plain;
    std::vector<api::WriteRequest> batch;
    int64_t count = 0;
    while (!rest.empty()) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      if (line.empty()) continue;
      auto item = item_from_line(line);
      if (!item.ok()) return invalid_backup(file.key, item.error().message());
      api::WriteRequest put;
      put.put_request = api::PutRequest{.item = std::move(*item)};
      batch.push_back(std::move(put));
      ++count;
      if (batch.size() == kBatchItems) MR_TRY(flush(batch));
    }
    MR_TRY(flush(batch));
    if (count != file.item_count) {
      return invalid_backup(
          file.key, fmt::format("holds {} items, its manifest says {}", count, file.item_count));
    }
    return done_.add(file.key);
  }

  Status flush(std::vector<api::WriteRequest>& batch) {
    if (batch.empty()) return ok_status();
    auto size = static_cast<int64_t>(batch.size());
    MR_TRY(write_batch(dynamodb_, options_.table, std::move(batch)));
    batch.clear();
    progress_.add(size);
    return ok_status();
  }

  client::Client& dynamodb_;
  client::Client& s3_;
  const RestoreOptions& options_;
  DoneFiles& done_;
  Progress& progress_;
  std::atomic<bool> failed_ = false;
};

// Makes the table, or takes up the one of an interrupted restore.
Status open_table(client::Client& dynamodb, const RestoreOptions& options,
                  const TableSettings& settings, bool resumed, DoneFiles& done,
                  const Clock& clock) {
  auto existing = dynamodb.call<api::DescribeTable>({.table_name = options.table});
  if (existing.ok() && !resumed) {
    return Error(
        "TableExists", 400,
        fmt::format("table {} exists: restore into a new name, or delete it", options.table));
  }
  if (!existing.ok() && existing.error().code() != "ResourceNotFoundException") {
    return std::move(existing).error();
  }
  if (!existing.ok()) {
    // The notes come first: a restore that dies right after making the table knows it for its own.
    MR_TRY(done.save());
    MR_ASSIGN(auto created, dynamodb.call<api::CreateTable>(create_like(settings, options.table)));
  }
  return wait_until_active(dynamodb, options.table, clock);
}

// What is switched on only when the items are in.
Status finish_settings(client::Client& dynamodb, const std::string& table,
                       const TableSettings& settings, const Clock& clock) {
  const auto& stream = settings.table.stream_specification;
  if (stream && stream->stream_enabled) {
    auto updated =
        dynamodb.call<api::UpdateTable>({.table_name = table, .stream_specification = stream});
    // A restore that was resumed here finds the stream on already.
    if (!updated.ok() && updated.error().message().find("already") == std::string::npos) {
      return std::move(updated).error();
    }
    MR_TRY(wait_until_active(dynamodb, table, clock));
  }
  if (!settings.ttl_attribute.empty()) {
    auto updated = dynamodb.call<api::UpdateTimeToLive>(
        {.table_name = table,
         .time_to_live_specification = {.enabled = true,
                                        .attribute_name = settings.ttl_attribute}});
    if (!updated.ok() && updated.error().message().find("already") == std::string::npos) {
      return std::move(updated).error();
    }
  }
  return ok_status();
}

}  // namespace

Result<RestoreResult> run_restore(client::Client& dynamodb, client::Client& s3,
                                  const RestoreOptions& options, const Clock& clock,
                                  std::FILE* progress_out) {
  RestoreResult result{.export_id = options.export_id};
  const S3Uri& from = options.from;
  if (result.export_id.empty()) {
    MR_ASSIGN(result.export_id, newest_export(s3, from));
  }
  MR_ASSIGN(std::string summary_json,
            get_manifest(
                s3, from.bucket,
                from.key(fmt::format("AWSDynamoDB/{}/manifest-summary.json", result.export_id))));
  MR_ASSIGN(ManifestSummary summary, summary_from_json(summary_json));
  MR_ASSIGN(std::string lines, get_manifest(s3, from.bucket, summary.manifest_files_key));
  MR_ASSIGN(auto files, data_files_from_lines(lines));

  TableSettings settings;
  MR_ASSIGN(auto settings_json, get_object(s3, from.bucket, settings_key(from, summary.table_id)));
  if (options.settings) {
    settings = *options.settings;
  } else if (settings_json) {
    MR_ASSIGN(settings, settings_from_json(*settings_json));
  } else {
    return Error("InvalidBackup", 400,
                 "the export carries no table settings: say --key name:S[,name:N]");
  }

  DoneFiles done(s3, from.bucket,
                 from.key(fmt::format("_rep/restore/{}/{}.json", result.export_id, options.table)));
  MR_ASSIGN(result.resumed, done.load());
  MR_TRY(open_table(dynamodb, options, settings, result.resumed, done, clock));
  {
    Progress progress("restoring " + options.table, summary.item_count, clock, progress_out);
    MR_TRY(Loader(dynamodb, s3, options, done, progress).load(files));
    result.items = progress.items();
  }
  result.files = static_cast<int>(files.size());
  if (result.items != summary.item_count) {
    return invalid_backup(
        summary.manifest_files_key,
        fmt::format("lists {} items, the summary says {}", result.items, summary.item_count));
  }
  MR_TRY(finish_settings(dynamodb, options.table, settings, clock));
  MR_TRY(done.forget());
  return result;
}

}  // namespace millrace::keeper
