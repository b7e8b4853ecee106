#include <algorithm>

#include "svc/s3/limits.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

ops::GetObjectAttributesParts list_parts_of(const ObjectRecord& record,
                                            const ops::GetObjectAttributesRequest& in) {
  auto count = static_cast<int64_t>(record.parts.size());
  int64_t marker = std::clamp<int64_t>(in.part_number_marker.value_or(0), 0, count);
  int64_t max_parts = std::clamp<int64_t>(in.max_parts.value_or(kListKeysMax), 0, kListKeysMax);
  int64_t end = std::min(count, marker + max_parts);
  ops::GetObjectAttributesParts parts{.total_parts_count = count,
                                      .part_number_marker = marker,
                                      .next_part_number_marker = end,
                                      .max_parts = max_parts,
                                      .is_truncated = end < count};
  // As on AWS, single parts are listed only where each has a checksum of its own.
  if (!record.checksum.is_composite) return parts;
  parts.parts.emplace();
  for (int64_t i = marker; i < end; ++i) {
    const ObjectPart& part = record.parts[static_cast<size_t>(i)];
    ops::ObjectPart listed{.part_number = i + 1, .size = static_cast<int64_t>(part.size)};
    checksum_member(listed, record.checksum.algorithm) = part.checksum;
    parts.parts->push_back(std::move(listed));
  }
  return parts;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
Result<ops::GetObjectAttributes::Output> get_object_attributes(
    Context& ctx, const ops::GetObjectAttributesRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(refuse_customer_keys(in));
  MR_TRY(check_version(in.key, in.version_id));
  MR_ASSIGN(std::optional<ObjectRecord> record, find_object(ctx.txn(), bucket, in.key));
  if (!record) return no_such_key(in.key);
  ops::GetObjectAttributesOutput out{.last_modified = record->modified};
  for (const std::string& attribute : in.object_attributes) {
    if (attribute == "ETag") {
      out.etag = record->etag;
    } else if (attribute == "Checksum") {
      set_checksum(out.checksum.emplace(), record->checksum);
    } else if (attribute == "ObjectParts") {
      if (!record->parts.empty()) out.object_parts = list_parts_of(*record, in);
    } else if (attribute == "StorageClass") {
      out.storage_class = record->attributes.storage_class.value_or("STANDARD");
    } else if (attribute == "ObjectSize") {
      out.object_size = static_cast<int64_t>(record->size);
    } else {
      return invalid_argument("x-amz-object-attributes", attribute,
                              "Invalid attribute name specified.");
    }
  }
  return out;
}

}  // namespace millrace::s3
