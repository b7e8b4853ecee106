#include "svc/dynamodb/stream_record.h"

#include "codec/attribute_value_disk.h"

namespace millrace::dynamodb {

namespace {

// Frozen.
constexpr char kVersion = 1;
constexpr uint8_t kHasOldImage = 1;
constexpr uint8_t kHasNewImage = 2;

__extension__ typedef unsigned __int128 uint128;

// 10^24: sequence numbers have 25 digits whatever the version. A version is below 2^63, so that
// version * 10^5 + index stays below.
constexpr uint128 kSequenceBase = uint128{1'000'000'000'000} * 1'000'000'000'000;
constexpr uint128 kSequenceStep = 100'000;
constexpr size_t kSequenceDigits = 25;

template <class T>
void put_int(std::string& out, T value) {
  for (int shift = (sizeof(T) - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift);
  }
}

template <class T>
T take_int(std::string_view& in) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((value << 8) | static_cast<uint8_t>(in[i]));
  }
  in.remove_prefix(sizeof(T));
  return value;
}

void put_item(std::string& out, const codec::Item& item) {
  const std::string bytes = codec::encode_item(item);
  put_int(out, static_cast<uint32_t>(bytes.size()));
  out += bytes;
}

Error damaged() { return Error::internal("damaged stream record"); }

Result<codec::Item> take_item(std::string_view& in) {
  if (in.size() < sizeof(uint32_t)) return damaged();
  const auto size = take_int<uint32_t>(in);
  if (size > in.size()) return damaged();
  MR_ASSIGN(codec::Item item, codec::decode_item(in.substr(0, size)));
  in.remove_prefix(size);
  return item;
}

}  // namespace

std::string encode_stream_record(const StreamRecord& record) {
  std::string out(1, kVersion);
  out += static_cast<char>(record.kind);
  out += static_cast<char>(record.origin);
  out += static_cast<char>((record.old_image ? kHasOldImage : 0) |
                           (record.new_image ? kHasNewImage : 0));
  put_int(out, static_cast<uint64_t>(record.created.us));
  put_item(out, record.keys);
  if (record.old_image) put_item(out, *record.old_image);
  if (record.new_image) put_item(out, *record.new_image);
  return out;
}

Result<StreamRecord> decode_stream_record(std::string_view bytes) {
  constexpr size_t kHeadBytes = 4 + sizeof(uint64_t);
  if (bytes.size() < kHeadBytes || bytes[0] != kVersion) return damaged();
  StreamRecord record;
  record.kind = static_cast<ChangeKind>(bytes[1]);
  record.origin = static_cast<ChangeOrigin>(bytes[2]);
  const auto images = static_cast<uint8_t>(bytes[3]);
  bytes.remove_prefix(4);
  record.created = Instant{static_cast<int64_t>(take_int<uint64_t>(bytes))};
  MR_ASSIGN(record.keys, take_item(bytes));
  if (images & kHasOldImage) {
    MR_ASSIGN(record.old_image, take_item(bytes));
  }
  if (images & kHasNewImage) {
    MR_ASSIGN(record.new_image, take_item(bytes));
  }
  return record;
}

std::string_view event_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kInsert: return "INSERT";
    case ChangeKind::kModify: return "MODIFY";
    case ChangeKind::kRemove: return "REMOVE";
  }
  return "";
}

SequencePosition SequencePosition::of_key(std::string_view store_key) {
  const auto low = static_cast<uint8_t>(store_key[store_key.size() - 1]);
  const auto high = static_cast<uint8_t>(store_key[store_key.size() - 2]);
  return {store::version_of_key(store_key), static_cast<uint16_t>(high << 8 | low)};
}

std::string SequencePosition::to_suffix() const {
  std::string out;
  put_int(out, version);
  put_int(out, index);
  return out;
}

std::string SequencePosition::to_string() const {
  uint128 value = kSequenceBase + version * kSequenceStep + index;
  std::string out(kSequenceDigits, '0');
  for (size_t i = kSequenceDigits; i-- > 0; value /= 10) {
    out[i] = static_cast<char>('0' + static_cast<int>(value % 10));
  }
  return out;
}

std::optional<SequencePosition> SequencePosition::parse(std::string_view text) {
  if (text.size() != kSequenceDigits || text[0] != '1') return std::nullopt;
  uint128 value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  value -= kSequenceBase;
  const auto index = static_cast<uint64_t>(value % kSequenceStep);
  if (index > UINT16_MAX) return std::nullopt;
  return SequencePosition{static_cast<uint64_t>(value / kSequenceStep),
                          static_cast<uint16_t>(index)};
}

}  // namespace millrace::dynamodb
