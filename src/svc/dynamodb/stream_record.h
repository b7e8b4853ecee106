// StreamRecord: one change of an item as it lies in the store, and its name on the wire. Written in
// the transaction of the change, so that neither is there without the other. Pure functions.
// Format: docs/formats.md, "Stream record".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "codec/attribute_value.h"
#include "store/store.h"

namespace millrace::dynamodb {

// On disk: frozen.
enum class ChangeKind : uint8_t { kInsert = 1, kModify = 2, kRemove = 3 };
enum class ChangeOrigin : uint8_t { kUser = 0, kTimeToLive = 1 };

struct StreamRecord {
  ChangeKind kind = ChangeKind::kInsert;
  ChangeOrigin origin = ChangeOrigin::kUser;
  Instant created;
  codec::Item keys;
  std::optional<codec::Item> old_image;
  std::optional<codec::Item> new_image;
};

std::string encode_stream_record(const StreamRecord& record);
Result<StreamRecord> decode_stream_record(std::string_view bytes);
std::string_view event_name(ChangeKind kind);

// A place in a shard: the suffix that append() gave the record's key. Ordered as its records are.
struct SequencePosition {
  uint64_t version = 0;
  uint16_t index = 0;
  auto operator<=>(const SequencePosition&) const = default;

  static SequencePosition of_key(std::string_view store_key);
  std::string to_suffix() const;
  // As SequenceNumber: 25 digits, whose order as text and as number is that of the records.
  std::string to_string() const;
  // Nothing for a text that is not one of ours.
  static std::optional<SequencePosition> parse(std::string_view text);
};

}  // namespace millrace::dynamodb
