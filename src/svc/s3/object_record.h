// What is kept of an object beside its bytes, of a multipart upload, and of a part.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"
#include "svc/s3/blob.h"
#include "svc/s3/bucket.h"
#include "svc/s3/checksum.h"

namespace millrace::s3 {

using Tags = std::vector<std::pair<std::string, std::string>>;

// Everything that the one who writes an object chooses, and that a copy takes over.
struct ObjectAttributes {
  std::optional<std::string> content_type;
  std::optional<std::string> cache_control;
  std::optional<std::string> content_disposition;
  std::optional<std::string> content_encoding;
  std::optional<std::string> content_language;
  std::optional<std::string> expires;
  std::optional<std::string> website_redirect_location;
  std::optional<std::string> storage_class;  // absent: STANDARD
  std::optional<std::string> sse;            // "AES256", "aws:kms"
  std::optional<std::string> kms_key_id;
  std::map<std::string, std::string> metadata;
  Tags tags;
};

struct ObjectPart {
  uint64_t size = 0;
  std::string checksum;  // base64, of the object's algorithm; may be empty
};

struct ObjectRecord {
  ObjectAttributes attributes;
  uint64_t size = 0;
  std::string etag;  // without quotes
  Instant modified;  // whole seconds, as HTTP dates are
  Checksum checksum;
  Segments segments;
  std::vector<ObjectPart> parts;  // of a multipart upload; else empty
  std::string upload_id;          // of a multipart upload; else empty

  std::string quoted_etag() const { return '"' + etag + '"'; }
};

struct UploadRecord {
  ObjectAttributes attributes;
  Instant initiated;
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::kCrc64Nvme;
  bool is_composite = false;
  // Whether the client named the algorithm: then every part must come with a checksum of it.
  bool is_algorithm_chosen = false;
  std::string initiator_arn;
};

struct PartRecord {
  uint64_t size = 0;
  std::string etag;
  Instant modified;
  Checksum checksum;
  // CRC64NVME over the part (base64), where the client chose no algorithm for the upload: the
  // object gets one over the whole, whatever checksums its parts came with.
  std::string crc64;
  std::string blob_id;
};

std::string encode(const ObjectRecord& record);
std::string encode(const UploadRecord& record);
std::string encode(const PartRecord& record);
Result<ObjectRecord> decode_object(std::string_view value);
Result<UploadRecord> decode_upload(std::string_view value);
Result<PartRecord> decode_part(std::string_view value);

Result<std::optional<ObjectRecord>> find_object(store::Reader& reader, const Bucket& bucket,
                                                std::string_view key);

inline Instant whole_seconds(Instant t) { return Instant::from_seconds(t.seconds()); }

}  // namespace millrace::s3
