// Rows of CloudWatch Logs. docs/formats.md describes them.
//
//   ("group", group)                     GroupRow
//   ("stream", group, stream)            StreamRow
//   ("event", group, stream) ms:u64 ...  appended: ingestion ms (8 bytes, big-endian), message
//   ("bytes", group)                     counter of stored bytes
//
// In the last three, and for the events also of the stream, a *storage name* stands for the name:
// it is new for each group and stream, so that one of the same name that is made again sees nothing
// of its predecessor, which is cleared away in steps (purge.h).
//
// Free functions of a transaction.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aws/logs.h"
#include "store/key.h"
#include "svc/operation.h"

namespace millrace::logs {

namespace api = aws::logs;

struct GroupRow {
  int64_t created_ms = 0;
  std::optional<int64_t> retention_days;
  std::map<std::string, std::string> tags;
  std::string storage;  // its storage name
};
struct StreamRow {
  int64_t created_ms = 0;
  std::optional<int64_t> first_ms, last_ms, ingested_ms;
  std::string storage;  // its storage name
};
struct StreamName {
  std::string group;
  std::string stream;
};
// Both are storage names: where the events of a stream are.
struct StreamPlace {
  std::string group;
  std::string stream;
};
struct Event {
  int64_t time_ms = 0;
  int64_t ingested_ms = 0;
  std::string position;  // orders the events of one stream; 18 bytes
  std::string message;
};

store::KeyWriter logs_key(const svc::Scope& scope, std::string_view kind);
std::string group_key(const svc::Scope& scope, std::string_view group);
// Of the streams of the group with this storage name.
std::string streams_prefix(const svc::Scope& scope, std::string_view group_storage);
std::string stream_key(const svc::Scope& scope, const GroupRow& group, std::string_view stream);
std::string stream_name_of(std::string_view stream_key);
std::string event_prefix(const svc::Scope& scope, const StreamPlace& place);
std::string bytes_key(const svc::Scope& scope, std::string_view group_storage);
// A name that no group and no stream has had, and none can be given.
std::string new_storage();

std::string to_text(const GroupRow& row);
std::string to_text(const StreamRow& row);
// `name` is the storage name of rows that were made when there was no other.
Result<GroupRow> group_from_text(std::string_view text, std::string_view name);
Result<StreamRow> stream_from_text(std::string_view text, std::string_view name);

// ResourceNotFoundException when there is none.
Result<GroupRow> load_group(store::Reader& reader, const svc::Scope& scope,
                            const std::string& group);
Result<StreamRow> load_stream(store::Reader& reader, const svc::Scope& scope, const GroupRow& group,
                              const std::string& stream);
// By name or by ARN, of which exactly one must be given.
Result<std::string> group_named(const std::optional<std::string>& name,
                                const std::optional<std::string>& identifier);
// The group in an ARN of the tag operations.
Result<std::string> group_of_arn(const std::string& arn);

void put_group(store::Txn& txn, const svc::Scope& scope, const std::string& group,
               const GroupRow& row);
// Makes group and stream when they are missing.
Status ensure_stream(store::Txn& txn, const svc::Scope& scope, const StreamName& name, Instant now);
Status append_events(store::Txn& txn, const svc::Scope& scope, const StreamName& name,
                     std::span<const svc::LogLine> lines, Instant now);

// Walks a stream's events; `take` returns false to stop.
struct EventRange {
  std::optional<int64_t> start_ms;  // inclusive
  std::optional<int64_t> end_ms;    // exclusive
  std::string after;                // position; empty: none
  std::string before;
};
store::KeyRange event_keys(const std::string& event_prefix, const EventRange& range);
Event event_of(const store::Cursor& cursor, size_t prefix_bytes);
Status walk_events(store::Reader& reader, const svc::Scope& scope, const StreamPlace& place,
                   const EventRange& range, store::Direction direction,
                   const std::function<bool(Event)>& take);

std::string group_arn(const svc::Scope& scope, std::string_view group);

}  // namespace millrace::logs
