// Digests: SHA-256, SHA-1, MD5, HMAC-SHA-256 (OpenSSL) and the CRC family S3 and DynamoDB use.
// One-shot functions return raw bytes; Hasher is for streams. OpenSSL objects are fetched once per
// thread. Thread safety: functions are free-threaded; a Hasher belongs to one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace millrace {

std::string sha256(std::string_view bytes);
std::string sha1(std::string_view bytes);
std::string md5(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view message);
inline constexpr char kEmptySha256Hex[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// Streaming digest. finish() may be called once and returns raw bytes, big-endian for CRCs, which
// is what x-amz-checksum-* carries in base64.
enum class HashKind { kSha256, kSha1, kMd5, kCrc32, kCrc32c, kCrc64Nvme };
class Hasher {
 public:
  virtual ~Hasher() = default;
  virtual void update(std::string_view bytes) = 0;
  virtual std::string finish() = 0;
  static std::unique_ptr<Hasher> create(HashKind kind);
};

// IEEE CRC-32, as x-amz-crc32 wants it. `crc` continues an earlier call.
uint32_t crc32(std::string_view bytes, uint32_t crc = 0);
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);
uint64_t crc64_nvme(std::string_view bytes, uint64_t crc = 0);

// The CRC of `first` followed by `second`, out of the CRCs of both: the bytes themselves are not
// needed. All as Hasher::finish() returns them. REQUIRES: `kind` is one of the CRCs.
struct CrcOf {
  std::string digest;
  uint64_t size = 0;  // how many bytes it is the CRC of
};
CrcOf combine_crc(HashKind kind, const CrcOf& first, const CrcOf& second);

// Compares secrets without leaking where they differ.
bool constant_time_equals(std::string_view a, std::string_view b);

}  // namespace millrace
