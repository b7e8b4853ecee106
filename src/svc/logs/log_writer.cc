#include "svc/logs/log_writer.h"

#include "base/log.h"
#include "svc/scope_index.h"

namespace millrace::logs {
namespace {

constexpr int64_t kDayMs = 86'400'000;
constexpr size_t kDeletesMax = 2'000;  // of one transaction

size_t bytes_of(const svc::LogLine& line) { return line.text.size() + sizeof line; }

// The first keys of a stream that are older than the cut.
Result<bool> delete_old(store::Store& store, const svc::Scope& scope, const StreamPlace& place,
                        int64_t cut_ms) {
  bool has_more = false;
  auto committed = store::transact(store, [&](store::Txn& txn) -> Status {
    has_more = false;
    std::vector<std::string> keys;
    int64_t bytes = 0;
    MR_TRY(walk_events(txn, scope, place, {.end_ms = cut_ms}, store::Direction::kForward,
                       [&](Event event) {
                         if (keys.size() >= kDeletesMax) {
                           has_more = true;
                           return false;
                         }
                         keys.push_back(event_prefix(scope, place) + event.position);
                         bytes += static_cast<int64_t>(event.message.size()) + 26;
                         return true;
                       }));
    for (const std::string& key : keys)
      txn.del(key);
    if (bytes > 0) txn.add(bytes_key(scope, place.group), -bytes);
    return ok_status();
  });
  if (!committed.ok()) return std::move(committed).error();
  return has_more;
}

}  // namespace

void LogWriter::append(const svc::Scope& scope, const std::string& group, const std::string& stream,
                       std::vector<svc::LogLine> lines) {
  {
    std::lock_guard lock(mutex_);
    size_t bytes = 0;
    for (const svc::LogLine& line : lines)
      bytes += bytes_of(line);
    if (pending_bytes_ + bytes > kPendingBytesMax) {
      spdlog::warn("logs: {} lines of {} dropped: too much to write", lines.size(), group);
      return;
    }
    pending_bytes_ += bytes;
    auto& place = pending_[{scope, group, stream}];
    place.insert(place.end(), std::make_move_iterator(lines.begin()),
                 std::make_move_iterator(lines.end()));
    if (is_scheduled_) return;
    is_scheduled_ = true;
  }
  ports_.runner->after(kFlushMs, [this, alive = alive_] {
    if (!*alive) return;
    ports_.runner->post([this, alive] {
      if (!*alive) return;
      Status flushed = flush();
      if (!flushed.ok()) spdlog::error("logs: {}", flushed.error().to_string());
    });
  });
}

Status LogWriter::flush() {
  std::lock_guard flushing(flush_mutex_);
  std::map<Place, std::vector<svc::LogLine>> taken;
  size_t taken_bytes = 0;
  {
    std::lock_guard lock(mutex_);
    taken.swap(pending_);
    taken_bytes = pending_bytes_;
    is_scheduled_ = false;
  }
  Status written;
  std::vector<Slice> slices;
  size_t lines_taken = 0;
  size_t bytes_taken = 0;
  auto write = [&] {
    if (written.ok() && !slices.empty()) written = commit(slices);
    slices.clear();
    lines_taken = bytes_taken = 0;
  };
  for (const auto& [place, lines] : taken) {
    std::span<const svc::LogLine> rest = lines;
    while (!rest.empty()) {
      size_t count = 0;
      for (; count < rest.size() && lines_taken < kCommitLinesMax && bytes_taken < kCommitBytesMax;
           ++count, ++lines_taken) {
        bytes_taken += bytes_of(rest[count]);
      }
      if (count > 0) slices.push_back({&place, rest.first(count)});
      rest = rest.subspan(count);
      if (lines_taken >= kCommitLinesMax || bytes_taken >= kCommitBytesMax) write();
    }
  }
  write();
  std::lock_guard lock(mutex_);
  pending_bytes_ -= taken_bytes;
  return written;
}

Status LogWriter::commit(const std::vector<Slice>& slices) {
  Instant now = ports_.clock->now();
  auto committed = store::transact(*ports_.store, [&](store::Txn& txn) -> Status {
    for (const Slice& slice : slices) {
      StreamName name{slice.place->group, slice.place->stream};
      MR_TRY(ensure_stream(txn, slice.place->scope, name, now));
      MR_TRY(append_events(txn, slice.place->scope, name, slice.lines, now));
    }
    return ok_status();
  });
  return committed.ok() ? ok_status() : Status(std::move(committed).error());
}

Status LogWriter::sweep() {
  int64_t now_ms = ports_.clock->now().ms();
  auto snapshot = ports_.store->snapshot();
  MR_ASSIGN(auto scopes, svc::noted_scopes(*snapshot, store::Space::kLogs));
  for (const svc::Scope& scope : scopes) {
    auto groups = snapshot->scan(store::prefix_range(logs_key(scope, "group").key()));
    for (; groups->valid(); groups->next()) {
      store::KeyReader key(groups->key());
      key.str();
      MR_ASSIGN(GroupRow row, group_from_text(groups->value(), key.str().value_or("")));
      if (!row.retention_days) continue;
      auto streams = snapshot->scan(store::prefix_range(streams_prefix(scope, row.storage)));
      for (; streams->valid(); streams->next()) {
        MR_ASSIGN(StreamRow stream,
                  stream_from_text(streams->value(), stream_name_of(streams->key())));
        bool has_more = true;
        while (has_more) {
          MR_ASSIGN(has_more, delete_old(*ports_.store, scope, {row.storage, stream.storage},
                                         now_ms - *row.retention_days * kDayMs));
        }
      }
      MR_TRY(streams->status());
    }
    MR_TRY(groups->status());
  }
  return ok_status();
}

void LogWriter::stop() {
  *alive_ = false;
  sweeping_.stop();
  Status flushed = flush();
  if (!flushed.ok()) spdlog::error("logs: {}", flushed.error().to_string());
}

}  // namespace millrace::logs
