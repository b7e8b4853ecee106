#include "svc/s3/object_record.h"

#include "svc/s3/keys.h"
#include "svc/s3/record.h"

namespace millrace::s3 {
namespace {

// On disk: values are frozen.
enum Tag : uint8_t {
  kSize = 1,
  kEtag = 2,
  kModified = 3,
  kChecksumAlgorithm = 4,
  kChecksumValue = 5,
  kIsComposite = 6,
  kBlobId = 7,
  kPart = 8,
  kInitiated = 9,
  kIsAlgorithmChosen = 10,
  kInitiator = 11,
  kSegment = 12,
  kCrc64 = 13,
  kUploadId = 14,
  kContentType = 20,
  kCacheControl = 21,
  kContentDisposition = 22,
  kContentEncoding = 23,
  kContentLanguage = 24,
  kExpires = 25,
  kWebsiteRedirect = 26,
  kStorageClass = 27,
  kSse = 28,
  kKmsKeyId = 29,
  kMetadata = 30,
  kObjectTag = 31,
};

struct TextField {
  Tag tag;
  std::optional<std::string> ObjectAttributes::* member;
};
constexpr TextField kTextFields[] = {
    {kContentType, &ObjectAttributes::content_type},
    {kCacheControl, &ObjectAttributes::cache_control},
    {kContentDisposition, &ObjectAttributes::content_disposition},
    {kContentEncoding, &ObjectAttributes::content_encoding},
    {kContentLanguage, &ObjectAttributes::content_language},
    {kExpires, &ObjectAttributes::expires},
    {kWebsiteRedirect, &ObjectAttributes::website_redirect_location},
    {kStorageClass, &ObjectAttributes::storage_class},
    {kSse, &ObjectAttributes::sse},
    {kKmsKeyId, &ObjectAttributes::kms_key_id},
};

std::string pair_text(std::string_view first, std::string_view second) {
  std::string out;
  append_text(out, first);
  out.append(second);
  return out;
}

std::pair<std::string, std::string> split_pair(std::string_view bytes) {
  std::string_view first = take_text(bytes).value_or("");
  return {std::string(first), std::string(bytes)};
}

void write_attributes(RecordWriter& out, const ObjectAttributes& attributes) {
  for (const TextField& field : kTextFields)
    out.text_if(field.tag, attributes.*field.member);
  for (const auto& [name, value] : attributes.metadata)
    out.text(kMetadata, pair_text(name, value));
  for (const auto& [key, value] : attributes.tags)
    out.text(kObjectTag, pair_text(key, value));
}

void read_attribute(const RecordReader& field, ObjectAttributes& attributes) {
  if (field.tag() == kMetadata) {
    attributes.metadata.insert(split_pair(field.bytes()));
    return;
  }
  if (field.tag() == kObjectTag) {
    attributes.tags.push_back(split_pair(field.bytes()));
    return;
  }
  for (const TextField& text : kTextFields) {
    if (text.tag == field.tag()) attributes.*text.member = field.text();
  }
}

void write_checksum(RecordWriter& out, const Checksum& checksum) {
  out.number(kChecksumAlgorithm, static_cast<uint64_t>(checksum.algorithm));
  out.text(kChecksumValue, checksum.value);
  if (checksum.is_composite) out.number(kIsComposite, 1);
}

void read_checksum(const RecordReader& field, Checksum& checksum) {
  switch (field.tag()) {
    case kChecksumAlgorithm:
      checksum.algorithm = static_cast<ChecksumAlgorithm>(field.number());
      return;
    case kChecksumValue: checksum.value = field.text(); return;
    case kIsComposite: checksum.is_composite = field.number() != 0; return;
    default: return;
  }
}

ObjectPart decode_object_part(std::string_view bytes) {
  ObjectPart part{.size = take_varint(bytes).value_or(0)};
  part.checksum = std::string(bytes);
  return part;
}

// One blob is the object; several say their sizes.
void write_segments(RecordWriter& out, const ObjectRecord& record) {
  if (record.segments.size() == 1) {
    out.text(kBlobId, record.segments.front().blob_id);
    return;
  }
  for (const Segment& segment : record.segments) {
    std::string bytes;
    append_varint(bytes, segment.size);
    bytes.append(segment.blob_id);
    out.text(kSegment, bytes);
  }
}

Segment decode_segment(std::string_view bytes) {
  Segment segment{.size = take_varint(bytes).value_or(0)};
  segment.blob_id = std::string(bytes);
  return segment;
}

Error corrupt(const char* what) {
  return Error::internal(std::string("The store holds a malformed S3 ") + what);
}

bool is_known(ChecksumAlgorithm algorithm) {
  return algorithm >= ChecksumAlgorithm::kCrc32 && algorithm <= ChecksumAlgorithm::kSha256;
}

}  // namespace

std::string encode(const ObjectRecord& record) {
  RecordWriter out;
  out.number(kSize, record.size);
  out.text(kEtag, record.etag);
  out.number(kModified, static_cast<uint64_t>(record.modified.us));
  write_checksum(out, record.checksum);
  write_segments(out, record);
  if (!record.upload_id.empty()) out.text(kUploadId, record.upload_id);
  for (const ObjectPart& part : record.parts) {
    std::string bytes;
    append_varint(bytes, part.size);
    bytes.append(part.checksum);
    out.text(kPart, bytes);
  }
  write_attributes(out, record.attributes);
  return std::move(out).take();
}

std::string encode(const UploadRecord& record) {
  RecordWriter out;
  out.number(kInitiated, static_cast<uint64_t>(record.initiated.us));
  out.number(kChecksumAlgorithm, static_cast<uint64_t>(record.algorithm));
  out.number(kIsComposite, record.is_composite ? 1 : 0);
  out.number(kIsAlgorithmChosen, record.is_algorithm_chosen ? 1 : 0);
  out.text(kInitiator, record.initiator_arn);
  write_attributes(out, record.attributes);
  return std::move(out).take();
}

std::string encode(const PartRecord& record) {
  RecordWriter out;
  out.number(kSize, record.size);
  out.text(kEtag, record.etag);
  out.number(kModified, static_cast<uint64_t>(record.modified.us));
  write_checksum(out, record.checksum);
  if (!record.crc64.empty()) out.text(kCrc64, record.crc64);
  if (!record.blob_id.empty()) out.text(kBlobId, record.blob_id);
  return std::move(out).take();
}

Result<ObjectRecord> decode_object(std::string_view value) {
  ObjectRecord record;
  RecordReader fields(value);
  while (fields.next()) {
    switch (fields.tag()) {
      case kSize: record.size = fields.number(); break;
      case kEtag: record.etag = fields.text(); break;
      case kModified: record.modified.us = static_cast<int64_t>(fields.number()); break;
      case kBlobId: record.segments = {{fields.text(), record.size}}; break;  // kSize is before it
      case kSegment: record.segments.push_back(decode_segment(fields.bytes())); break;
      case kUploadId: record.upload_id = fields.text(); break;
      case kPart: record.parts.push_back(decode_object_part(fields.bytes())); break;
      default: read_checksum(fields, record.checksum); read_attribute(fields, record.attributes);
    }
  }
  if (!fields.ok() || !is_known(record.checksum.algorithm)) return corrupt("object record");
  return record;
}

Result<UploadRecord> decode_upload(std::string_view value) {
  UploadRecord record;
  RecordReader fields(value);
  while (fields.next()) {
    switch (fields.tag()) {
      case kInitiated: record.initiated.us = static_cast<int64_t>(fields.number()); break;
      case kChecksumAlgorithm:
        record.algorithm = static_cast<ChecksumAlgorithm>(fields.number());
        break;
      case kIsComposite: record.is_composite = fields.number() != 0; break;
      case kIsAlgorithmChosen: record.is_algorithm_chosen = fields.number() != 0; break;
      case kInitiator: record.initiator_arn = fields.text(); break;
      default: read_attribute(fields, record.attributes);
    }
  }
  if (!fields.ok() || !is_known(record.algorithm)) return corrupt("upload record");
  return record;
}

Result<PartRecord> decode_part(std::string_view value) {
  PartRecord record;
  RecordReader fields(value);
  while (fields.next()) {
    switch (fields.tag()) {
      case kSize: record.size = fields.number(); break;
      case kEtag: record.etag = fields.text(); break;
      case kModified: record.modified.us = static_cast<int64_t>(fields.number()); break;
      case kBlobId: record.blob_id = fields.text(); break;
      case kCrc64: record.crc64 = fields.text(); break;
      default: read_checksum(fields, record.checksum);
    }
  }
  if (!fields.ok() || !is_known(record.checksum.algorithm)) return corrupt("part record");
  return record;
}

Result<std::optional<ObjectRecord>> find_object(store::Reader& reader, const Bucket& bucket,
                                                std::string_view key) {
  MR_ASSIGN(std::optional<std::string> value, reader.get(object_key(bucket, key)));
  if (!value) return std::optional<ObjectRecord>();
  MR_ASSIGN(ObjectRecord record, decode_object(*value));
  return std::optional<ObjectRecord>(std::move(record));
}

}  // namespace millrace::s3
