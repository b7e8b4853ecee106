#include "svc/logs/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "svc/scope_index.h"

namespace millrace::logs {
namespace {

std::string big_endian(int64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<uint64_t>(value) >> shift);
  }
  return out;
}
int64_t from_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes.substr(0, 8))
    value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<int64_t>(value);
}

std::optional<int64_t> integer(const codec::Json& json, std::string_view name) {
  const codec::Json* value = json.find(name);
  if (value == nullptr || !value->as_int()) return std::nullopt;
  return *value->as_int();
}

std::string storage_in(const codec::Json& json, std::string_view name) {
  return std::string(json.get_string("Storage", name));
}

}  // namespace

store::KeyWriter logs_key(const svc::Scope& scope, std::string_view kind) {
  store::KeyWriter key(scope.account, scope.region, store::Space::kLogs);
  key.str(kind);
  return key;
}
std::string group_key(const svc::Scope& scope, std::string_view group) {
  return logs_key(scope, "group").str(group).key();
}
std::string streams_prefix(const svc::Scope& scope, std::string_view group_storage) {
  return logs_key(scope, "stream").str(group_storage).key();
}
std::string stream_key(const svc::Scope& scope, const GroupRow& group, std::string_view stream) {
  return logs_key(scope, "stream").str(group.storage).str(stream).key();
}
std::string stream_name_of(std::string_view stream_key) {
  store::KeyReader key(stream_key);
  key.str();
  key.str();
  return key.str().value_or("");
}
std::string event_prefix(const svc::Scope& scope, const StreamPlace& place) {
  return logs_key(scope, "event").str(place.group).str(place.stream).key();
}
std::string bytes_key(const svc::Scope& scope, std::string_view group_storage) {
  return logs_key(scope, "bytes").str(group_storage).key();
}
// No name of a group or stream has a colon.
std::string new_storage() { return fmt::format(":{:016x}", thread_rng().next()); }

std::string to_text(const GroupRow& row) {
  codec::Json json;
  json.set("CreatedMs", row.created_ms);
  if (row.retention_days) json.set("RetentionDays", *row.retention_days);
  codec::Json tags = codec::Json::object();
  for (const auto& [name, value] : row.tags)
    tags.set(name, value);
  json.set("Tags", std::move(tags));
  json.set("Storage", row.storage);
  return json.dump();
}

std::string to_text(const StreamRow& row) {
  codec::Json json;
  json.set("CreatedMs", row.created_ms);
  if (row.first_ms) json.set("FirstMs", *row.first_ms);
  if (row.last_ms) json.set("LastMs", *row.last_ms);
  if (row.ingested_ms) json.set("IngestedMs", *row.ingested_ms);
  json.set("Storage", row.storage);
  return json.dump();
}

Result<GroupRow> group_from_text(std::string_view text, std::string_view name) {
  MR_ASSIGN(codec::Json json, codec::Json::parse(text));
  GroupRow row;
  row.created_ms = integer(json, "CreatedMs").value_or(0);
  row.retention_days = integer(json, "RetentionDays");
  if (const codec::Json* tags = json.find("Tags"); tags && tags->as_object()) {
    for (const auto& [tag, value] : *tags->as_object()) {
      if (value.as_string()) row.tags[tag] = *value.as_string();
    }
  }
  row.storage = storage_in(json, name);
  return row;
}

Result<StreamRow> stream_from_text(std::string_view text, std::string_view name) {
  MR_ASSIGN(codec::Json json, codec::Json::parse(text));
  StreamRow row;
  row.created_ms = integer(json, "CreatedMs").value_or(0);
  row.first_ms = integer(json, "FirstMs");
  row.last_ms = integer(json, "LastMs");
  row.ingested_ms = integer(json, "IngestedMs");
  row.storage = storage_in(json, name);
  return row;
}

Result<GroupRow> load_group(store::Reader& reader, const svc::Scope& scope,
                            const std::string& group) {
  MR_ASSIGN(auto text, reader.get(group_key(scope, group)));
  if (!text) {
    return api::errors::resource_not_found_exception("The specified log group does not exist.");
  }
  return group_from_text(*text, group);
}

Result<StreamRow> load_stream(store::Reader& reader, const svc::Scope& scope, const GroupRow& group,
                              const std::string& stream) {
  MR_ASSIGN(auto text, reader.get(stream_key(scope, group, stream)));
  if (!text) {
    return api::errors::resource_not_found_exception("The specified log stream does not exist.");
  }
  return stream_from_text(*text, stream);
}

Result<std::string> group_named(const std::optional<std::string>& name,
                                const std::optional<std::string>& identifier) {
  if (name.has_value() == identifier.has_value()) {
    return api::errors::invalid_parameter_exception(
        "Exactly one of logGroupName and logGroupIdentifier must be given.");
  }
  if (name) return *name;
  return identifier->starts_with("arn:") ? group_of_arn(*identifier)
                                         : Result<std::string>(*identifier);
}

Result<std::string> group_of_arn(const std::string& arn) {
  constexpr std::string_view kMark = ":log-group:";
  size_t at = arn.find(kMark);
  if (!arn.starts_with("arn:") || at == arn.npos) {
    return api::errors::invalid_parameter_exception(arn + " is not the ARN of a log group.");
  }
  std::string group = arn.substr(at + kMark.size());
  if (group.ends_with(":*")) group.resize(group.size() - 2);
  return group;
}

std::string group_arn(const svc::Scope& scope, std::string_view group) {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}", scope.region, scope.account, group);
}

void put_group(store::Txn& txn, const svc::Scope& scope, const std::string& group,
               const GroupRow& row) {
  txn.put(group_key(scope, group), to_text(row));
}

Status ensure_stream(store::Txn& txn, const svc::Scope& scope, const StreamName& name,
                     Instant now) {
  MR_ASSIGN(auto text, txn.get(group_key(scope, name.group)));
  GroupRow group{.created_ms = now.ms(), .storage = new_storage()};
  if (text) {
    MR_ASSIGN(group, group_from_text(*text, name.group));
    MR_ASSIGN(auto stream, txn.get(stream_key(scope, group, name.stream)));
    if (stream) return ok_status();
  } else {
    put_group(txn, scope, name.group, group);
    MR_TRY(svc::note_scope(txn, store::Space::kLogs, scope));
  }
  txn.put(stream_key(scope, group, name.stream),
          to_text(StreamRow{.created_ms = now.ms(), .storage = new_storage()}));
  return ok_status();
}

Status append_events(store::Txn& txn, const svc::Scope& scope, const StreamName& name,
                     std::span<const svc::LogLine> lines, Instant now) {
  MR_ASSIGN(GroupRow group, load_group(txn, scope, name.group));
  MR_ASSIGN(StreamRow row, load_stream(txn, scope, group, name.stream));
  std::string prefix = event_prefix(scope, {group.storage, row.storage});
  std::string ingested = big_endian(now.ms());
  int64_t bytes = 0;
  for (const svc::LogLine& line : lines) {
    int64_t ms = std::max<int64_t>(0, line.time.ms());
    txn.append(prefix + big_endian(ms), ingested + line.text);
    row.first_ms = std::min(row.first_ms.value_or(ms), ms);
    row.last_ms = std::max(row.last_ms.value_or(ms), ms);
    bytes += static_cast<int64_t>(line.text.size()) + 26;  // AWS counts 26 bytes an event
  }
  row.ingested_ms = now.ms();
  txn.put(stream_key(scope, group, name.stream), to_text(row));
  txn.add(bytes_key(scope, group.storage), bytes);
  return ok_status();
}

store::KeyRange event_keys(const std::string& prefix, const EventRange& range) {
  store::KeyRange keys = store::prefix_range(prefix);
  if (range.start_ms) {
    keys.start = std::max(keys.start, prefix + big_endian(std::max<int64_t>(0, *range.start_ms)));
  }
  if (!range.after.empty()) keys.start = std::max(keys.start, prefix + range.after + '\0');
  if (range.end_ms) {
    keys.end = std::min(keys.end, prefix + big_endian(std::max<int64_t>(0, *range.end_ms)));
  }
  if (!range.before.empty()) keys.end = std::min(keys.end, prefix + range.before);
  return keys;
}

Event event_of(const store::Cursor& cursor, size_t prefix_bytes) {
  Event event;
  event.position = cursor.key().substr(prefix_bytes);
  event.time_ms = from_big_endian(event.position);
  event.ingested_ms = from_big_endian(cursor.value());
  event.message = cursor.value().substr(std::min<size_t>(8, cursor.value().size()));
  return event;
}

Status walk_events(store::Reader& reader, const svc::Scope& scope, const StreamPlace& place,
                   const EventRange& range, store::Direction direction,
                   const std::function<bool(Event)>& take) {
  std::string prefix = event_prefix(scope, place);
  store::KeyRange keys = event_keys(prefix, range);
  if (keys.start >= keys.end) return ok_status();
  auto it = reader.scan(std::move(keys), direction);
  for (; it->valid(); it->next()) {
    if (!take(event_of(*it, prefix.size()))) break;
  }
  return it->status();
}

}  // namespace millrace::logs
