// The checksums of objects: what a request claims, what a body really has, what an answer returns.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/body.h"
#include "base/hash.h"
#include "base/result.h"

namespace millrace::s3 {

// On disk: values are frozen.
enum class ChecksumAlgorithm : uint8_t {
  kCrc32 = 1,
  kCrc32c = 2,
  kCrc64Nvme = 3,
  kSha1 = 4,
  kSha256 = 5,
};

struct Checksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::kCrc64Nvme;
  std::string value;          // base64; composite ones end with "-N"
  bool is_composite = false;  // of the parts' checksums, not of the bytes
};

HashKind hash_kind(ChecksumAlgorithm algorithm);
std::string_view algorithm_name(ChecksumAlgorithm algorithm);  // "CRC32C"
inline std::string_view type_name(const Checksum& checksum) {
  return checksum.is_composite ? "COMPOSITE" : "FULL_OBJECT";
}
// Errors: InvalidRequest for an algorithm that AWS does not have, NotImplemented for one we do not.
Result<ChecksumAlgorithm> parse_algorithm(std::string_view name);

// The digest of a received body (raw bytes): as computed on the way in, or computed now.
Result<std::string> body_digest(const aws::Body& body, HashKind kind);

// The checksum of a body: the claimed one, verified, or one of `fallback`. Also verifies
// Content-MD5. Errors: BadDigest, InvalidDigest, InvalidRequest.
struct Claims {
  std::optional<std::string> content_md5;
  std::optional<Checksum> checksum;
  std::optional<ChecksumAlgorithm> announced;  // x-amz-sdk-checksum-algorithm
};
Status verify_content_md5(const aws::Body& body, const std::string& content_md5);
Result<Checksum> verify_checksum(const aws::Body& body, const Claims& claims,
                                 ChecksumAlgorithm fallback);

// The member of a generated struct that carries checksums of `algorithm`.
template <class T>
auto& checksum_member(T& structure, ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32: return structure.checksum_crc32;
    case ChecksumAlgorithm::kCrc32c: return structure.checksum_crc32_c;
    case ChecksumAlgorithm::kCrc64Nvme: return structure.checksum_crc64_nvme;
    case ChecksumAlgorithm::kSha1: return structure.checksum_sha1;
    case ChecksumAlgorithm::kSha256: return structure.checksum_sha256;
  }
  return structure.checksum_crc64_nvme;
}

template <class T>
void set_checksum(T& output, const Checksum& checksum) {
  checksum_member(output, checksum.algorithm) = checksum.value;
  if constexpr (requires { output.checksum_type; }) {
    output.checksum_type = std::string(type_name(checksum));
  }
}

// REQUIRES: T is a request (or a part of one) with checksum members.
template <class T>
Result<std::optional<Checksum>> claimed_checksum(const T& in) {
  std::optional<Checksum> claimed;
  for (auto algorithm :
       {ChecksumAlgorithm::kCrc32, ChecksumAlgorithm::kCrc32c, ChecksumAlgorithm::kCrc64Nvme,
        ChecksumAlgorithm::kSha1, ChecksumAlgorithm::kSha256}) {
    const auto& value = checksum_member(in, algorithm);
    if (!value) continue;
    if (claimed) {
      return Error("InvalidRequest", 400,
                   "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                   "allowed.");
    }
    claimed = Checksum{.algorithm = algorithm, .value = *value};
  }
  if (in.checksum_sha512 || in.checksum_md5 || in.checksum_xxhash64 || in.checksum_xxhash3 ||
      in.checksum_xxhash128) {
    return Error("NotImplemented", 400,
                 "The checksum algorithms SHA512, MD5 and XXHASH are not supported by Millrace");
  }
  return claimed;
}

// REQUIRES: T is PutObjectRequest or UploadPartRequest.
template <class T>
Result<Claims> claims_of(const T& in) {
  Claims claims{.content_md5 = in.content_md5};
  MR_ASSIGN(claims.checksum, claimed_checksum(in));
  if (in.checksum_algorithm) {
    MR_ASSIGN(claims.announced, parse_algorithm(*in.checksum_algorithm));
  }
  return claims;
}

}  // namespace millrace::s3
