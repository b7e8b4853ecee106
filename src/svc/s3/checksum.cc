#include "svc/s3/checksum.h"

#include <vector>

#include "base/encoding.h"
#include "svc/s3/errors.h"

namespace millrace::s3 {
namespace {

struct AlgorithmInfo {
  ChecksumAlgorithm algorithm;
  HashKind kind;
  std::string_view name;
  std::string_view header;
  size_t digest_bytes;
};
constexpr AlgorithmInfo kAlgorithms[] = {
    {ChecksumAlgorithm::kCrc32, HashKind::kCrc32, "CRC32", "crc32", 4},
    {ChecksumAlgorithm::kCrc32c, HashKind::kCrc32c, "CRC32C", "crc32c", 4},
    {ChecksumAlgorithm::kCrc64Nvme, HashKind::kCrc64Nvme, "CRC64NVME", "crc64nvme", 8},
    {ChecksumAlgorithm::kSha1, HashKind::kSha1, "SHA1", "sha1", 20},
    {ChecksumAlgorithm::kSha256, HashKind::kSha256, "SHA256", "sha256", 32},
};

const AlgorithmInfo& info(ChecksumAlgorithm algorithm) {
  for (const AlgorithmInfo& entry : kAlgorithms) {
    if (entry.algorithm == algorithm) return entry;
  }
  CHECK(false);
}

}  // namespace

HashKind hash_kind(ChecksumAlgorithm algorithm) { return info(algorithm).kind; }
std::string_view algorithm_name(ChecksumAlgorithm algorithm) { return info(algorithm).name; }

Result<ChecksumAlgorithm> parse_algorithm(std::string_view name) {
  for (const AlgorithmInfo& entry : kAlgorithms) {
    if (ascii_iequals(entry.name, name)) return entry.algorithm;
  }
  for (std::string_view later : {"SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128"}) {
    if (ascii_iequals(later, name))
      return not_supported("The checksum algorithm " + std::string(name));
  }
  return invalid_request(
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
      "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
}

Result<std::string> body_digest(const aws::Body& body, HashKind kind) {
  std::unique_ptr<Hasher> hasher = Hasher::create(kind);
  if (body.spooled) {
    auto known = body.spooled->digests.find(kind);
    if (known != body.spooled->digests.end()) return known->second;
  }
  MR_TRY(aws::for_each_part(body, [&hasher](std::string_view bytes) {
    hasher->update(bytes);
    return ok_status();
  }));
  return hasher->finish();
}

Status verify_content_md5(const aws::Body& body, const std::string& content_md5) {
  auto claimed = base64_decode(content_md5);
  if (!claimed || claimed->size() != 16) {
    return Error("InvalidDigest", 400, "The Content-MD5 you specified was invalid.");
  }
  MR_ASSIGN(std::string real, body_digest(body, HashKind::kMd5));
  if (*claimed == real) return ok_status();
  return Error("BadDigest", 400, "The Content-MD5 you specified did not match what we received.")
      .with_member("ExpectedDigest", "\"" + hex_encode(*claimed) + "\"")
      .with_member("CalculatedDigest", "\"" + base64_encode(real) + "\"");
}

Result<Checksum> verify_checksum(const aws::Body& body, const Claims& claims,
                                 ChecksumAlgorithm fallback) {
  if (!claims.checksum && claims.announced) {
    return invalid_request(
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
        "x-amz-trailer headers were found.");
  }
  ChecksumAlgorithm algorithm = claims.checksum ? claims.checksum->algorithm : fallback;
  if (claims.announced && *claims.announced != algorithm) {
    return invalid_request("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  const AlgorithmInfo& of = info(algorithm);
  if (claims.checksum) {
    auto claimed = base64_decode(claims.checksum->value);
    if (!claimed || claimed->size() != of.digest_bytes) {
      return invalid_request("Value for x-amz-checksum-" + std::string(of.header) +
                             " header is invalid.");
    }
  }
  MR_ASSIGN(std::string digest, body_digest(body, of.kind));
  Checksum real{.algorithm = algorithm, .value = base64_encode(digest)};
  if (claims.checksum && claims.checksum->value != real.value) {
    return Error(
        "BadDigest", 400,
        "The " + std::string(of.name) + " you specified did not match the calculated checksum.");
  }
  return real;
}

}  // namespace millrace::s3
