#include "svc/dynamodb/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/json.h"
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/store_keys.h"
#include "svc/dynamodb/work.h"

namespace millrace::dynamodb {

using codec::Json;

namespace {

std::string descriptor_key(const svc::Scope& scope, std::string_view table_name,
                           std::string_view label) {
  return part_key(scope, Part::kStream).str(table_name).str(label).key();
}

std::string trim_key(const StreamDescriptor& stream) {
  return part_key(stream.scope, Part::kStreamTrim).u64(stream.id).u32(0).key();
}

std::string_view type_name(codec::AttributeValue::Type type) {
  return codec::AttributeValue::type_name(type);
}

void save(store::Txn& txn, const StreamDescriptor& stream) {
  Json json = Json::object();
  json.set("version", 1).set("id", std::to_string(stream.id)).set("view_type", stream.view_type);
  json.set("hash", stream.key.hash.name).set("hash_type", type_name(stream.key.hash.type));
  if (stream.key.range) {
    json.set("range", stream.key.range->name).set("range_type", type_name(stream.key.range->type));
  }
  json.set("created", stream.created.us).set("first", stream.first.to_string());
  if (stream.disabled_at) json.set("disabled_at", stream.disabled_at->us);
  txn.put(descriptor_key(stream.scope, stream.table_name, stream.label), json.dump());
}

codec::AttributeValue::Type type_from(std::string_view name) {
  using Type = codec::AttributeValue::Type;
  return name == "N" ? Type::kN : name == "B" ? Type::kB : Type::kS;
}

Result<StreamDescriptor> decode(const svc::Scope& scope, std::string_view table_name,
                                std::string_view label, std::string_view text) {
  MR_ASSIGN(Json json, Json::parse(text));
  StreamDescriptor stream{
      .scope = scope, .table_name = std::string(table_name), .label = std::string(label)};
  const std::string_view id = json.get_string("id");
  std::from_chars(id.data(), id.data() + id.size(), stream.id);
  stream.view_type = json.get_string("view_type");
  stream.key.hash = {std::string(json.get_string("hash")), type_from(json.get_string("hash_type"))};
  if (json.find("range") != nullptr) {
    stream.key.range = KeyAttribute{std::string(json.get_string("range")),
                                    type_from(json.get_string("range_type"))};
  }
  const auto instant = [&](std::string_view name) -> std::optional<Instant> {
    const Json* member = json.find(name);
    if (member == nullptr || member->as_int() == nullptr) return std::nullopt;
    return Instant{*member->as_int()};
  };
  stream.created = instant("created").value_or(Instant{});
  stream.disabled_at = instant("disabled_at");
  stream.first = SequencePosition::parse(json.get_string("first")).value_or(SequencePosition{});
  return stream;
}

}  // namespace

std::string StreamDescriptor::arn() const {
  return fmt::format("arn:aws:dynamodb:{}:{}:table/{}/stream/{}", scope.region, scope.account,
                     table_name, label);
}

std::string StreamDescriptor::shard_id() const {
  return fmt::format("shardId-{:020}-{:08x}", created.ms(), static_cast<uint32_t>(id));
}

std::string StreamDescriptor::records_prefix() const {
  return part_key(scope, Part::kStreamRecord).u64(id).u32(0).key();
}

namespace {

// A label is a time, and no two streams of tables of one name have the same.
Result<std::string> free_label(svc::Context& ctx, std::string_view table_name) {
  for (Instant time = ctx.now();; time = time.plus_ms(1)) {
    std::string label = format_iso8601_ms(time);
    label.pop_back();  // the Z
    MR_ASSIGN(auto taken, find_stream(ctx.txn(), ctx.scope(), table_name, label));
    if (!taken) return label;
  }
}

}  // namespace

Status enable_stream(svc::Context& ctx, Table& table, std::string view_type) {
  MR_ASSIGN(std::string label, free_label(ctx, table.name));
  StreamDescriptor stream{.scope = ctx.scope(),
                          .table_name = table.name,
                          .label = label,
                          .id = new_id(),
                          .view_type = std::move(view_type),
                          .key = table.key,
                          .created = ctx.now()};
  stream.first = SequencePosition{ctx.ports().store->last_version() + 1, 0};
  table.stream = StreamSettings{stream.id, stream.label, stream.view_type};
  table.latest_stream_label = stream.label;
  save(ctx.txn(), stream);
  return note_work(ctx.txn(), Work{.kind = WorkKind::kTrimStream,
                                   .scope = ctx.scope(),
                                   .name = table.name,
                                   .label = stream.label,
                                   .id = stream.id});
}

Status disable_stream(svc::Context& ctx, Table& table) {
  MR_ASSIGN(auto stream, find_stream(ctx.txn(), ctx.scope(), table.name, table.stream->label));
  table.stream.reset();
  if (!stream) return ok_status();
  stream->disabled_at = ctx.now();
  save(ctx.txn(), *stream);
  return ok_status();
}

Result<std::optional<StreamDescriptor>> find_stream(store::Txn& txn, const svc::Scope& scope,
                                                    std::string_view table_name,
                                                    std::string_view label) {
  MR_ASSIGN(std::optional<std::string> text, txn.get(descriptor_key(scope, table_name, label)));
  if (!text) return std::optional<StreamDescriptor>();
  MR_ASSIGN(StreamDescriptor stream, decode(scope, table_name, label, *text));
  return std::optional(std::move(stream));
}

Result<StreamDescriptor> stream_by_arn(svc::Context& ctx, std::string_view arn) {
  const auto not_found = [&] {
    return resource_not_found(
        fmt::format("Requested resource not found: Stream: {} not found", arn));
  };
  const std::string prefix = ctx.arn("dynamodb", "table/");
  constexpr std::string_view kMiddle = "/stream/";
  const size_t middle = arn.find(kMiddle);
  if (!arn.starts_with("arn:") || middle == std::string_view::npos) {
    return validation(fmt::format("Invalid StreamArn: {}", arn));
  }
  if (!arn.starts_with(prefix)) return not_found();
  MR_ASSIGN(auto stream,
            find_stream(ctx.txn(), ctx.scope(), arn.substr(prefix.size(), middle - prefix.size()),
                        arn.substr(middle + kMiddle.size())));
  if (!stream) return not_found();
  return std::move(*stream);
}

Result<StreamListing> list_all_streams(svc::Context& ctx, std::string_view table_name,
                                       std::string_view after_table, std::string_view after_label,
                                       size_t limit) {
  auto prefix = part_key(ctx.scope(), Part::kStream);
  if (!table_name.empty()) prefix.str(table_name);
  store::KeyRange range = store::prefix_range(prefix.key());
  if (!after_table.empty()) {
    const std::string after = descriptor_key(ctx.scope(), after_table, after_label) + '\0';
    range.start = std::max(range.start, after);
  }
  StreamListing listing;
  auto cursor = ctx.txn().scan_untracked(range);
  for (; cursor->valid(); cursor->next()) {
    if (listing.streams.size() == limit) {
      listing.more = true;
      break;
    }
    store::KeyReader reader(cursor->key());
    (void)reader.u8();
    const auto table = reader.str();
    const auto label = reader.str();
    if (!table || !label) return Error::internal("damaged stream key");
    MR_ASSIGN(StreamDescriptor stream, decode(ctx.scope(), *table, *label, cursor->value()));
    listing.streams.push_back(std::move(stream));
  }
  MR_TRY(cursor->status());
  return listing;
}

Result<std::optional<SequencePosition>> trimmed_through(store::Txn& txn,
                                                        const StreamDescriptor& stream) {
  MR_ASSIGN(std::optional<std::string> text, txn.get_untracked(trim_key(stream)));
  if (!text) return std::optional<SequencePosition>();
  return SequencePosition::parse(*text);
}

Result<TrimResult> trim_stream(store::Txn& txn, const StreamDescriptor& stream, Instant now,
                               int count_max) {
  const std::string prefix = stream.records_prefix();
  store::KeyRange range = store::prefix_range(prefix);
  MR_ASSIGN(auto done, trimmed_through(txn, stream));
  // Not from the very start: that would walk over all that was removed before.
  if (done) range.start = prefix + done->to_suffix() + '\0';
  auto cursor = txn.scan_untracked(range);
  int count = 0;
  std::optional<SequencePosition> last;
  for (; cursor->valid() && count < count_max; cursor->next(), ++count) {
    MR_ASSIGN(StreamRecord record, decode_stream_record(cursor->value()));
    if (record.created.plus_ms(kStreamRetentionMs) > now) break;
    last = SequencePosition::of_key(cursor->key());
    txn.del(cursor->key());
  }
  MR_TRY(cursor->status());
  if (last) txn.put(trim_key(stream), last->to_string());
  TrimResult result{.more = count == count_max};
  const bool over = stream.disabled_at && stream.disabled_at->plus_ms(kStreamRetentionMs) <= now;
  if (over && !cursor->valid()) {
    result.stream_gone = true;
    txn.del(trim_key(stream));
    txn.del(descriptor_key(stream.scope, stream.table_name, stream.label));
  }
  return result;
}

}  // namespace millrace::dynamodb
