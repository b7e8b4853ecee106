// Keys of the store as tuples: parts are encoded so that the bytewise order of keys is the order of
// the tuples. Every key starts with account and region (global services use region "aws-global"),
// then the owner's Space, then what the owner wants. docs/formats.md lists every key there is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::store {

// Which service's data a key holds. On disk: values are frozen, never reuse or reorder.
enum class Space : uint8_t {
  kDynamoDb = 1,
  kS3 = 2,
  kLambda = 3,
  kApiGateway = 4,
  kEvents = 5,
  kSes = 6,
  kIam = 7,
  kLogs = 8,
  kCloudWatch = 9,
  kSsm = 10,
  kCloudFormation = 11,
  kMeter = 12,
  kSystem = 13,
  kHealth = 14,
};

// Appends parts to a key. Strings are escaped (0x00 -> 0x00 0xFF) and end with 0x00 0x01, so that
// "a" sorts before "ab" and both before what follows them; integers are big-endian.
class KeyWriter {
 public:
  KeyWriter(std::string_view account, std::string_view region, Space space);
  KeyWriter& str(std::string_view part);
  KeyWriter& u8(uint8_t part);
  KeyWriter& u32(uint32_t part);
  KeyWriter& u64(uint64_t part);
  // Bytes as they are, to the end of the key: only as the last part.
  KeyWriter& raw(std::string_view part);
  const std::string& key() const& { return key_; }
  std::string key() && { return std::move(key_); }

 private:
  std::string key_;
};

// Reads parts back in the same order. A malformed key gives nullopt from the first bad part on.
class KeyReader {
 public:
  // Skips account, region and space. `key` is borrowed and must outlive the reader.
  explicit KeyReader(std::string_view key);
  std::string_view account() const { return account_; }
  std::string_view region() const { return region_; }
  std::optional<std::string> str();
  std::optional<uint8_t> u8();
  std::optional<uint32_t> u32();
  std::optional<uint64_t> u64();
  std::string_view rest() const { return rest_; }

 private:
  std::string account_, region_;
  std::string_view rest_;
};

}  // namespace millrace::store
