// What the operations on objects share: the attributes that a request sets, the preconditions of
// writes and reads, ranges, and putting an object in the place of another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "svc/s3/blob.h"
#include "svc/s3/bucket.h"
#include "svc/s3/errors.h"
#include "svc/s3/object_record.h"

namespace millrace::s3 {

// Errors: KeyTooLongError.
Status check_key(std::string_view key);
// Only the "null" version exists in a bucket without versioning. Errors: NoSuchVersion.
Status check_version(std::string_view key, const std::optional<std::string>& version_id);

// --- what a request sets ------------------------------------------------------------------------

Status check_acl(const std::optional<std::string>& acl);
Status check_storage_class(const std::optional<std::string>& storage_class);
Status check_metadata(const std::map<std::string, std::string>& metadata);
Status check_sse(const std::optional<std::string>& sse);
// Without "aws-chunked", which is of the transfer and not of the object.
std::optional<std::string> stored_encoding(const std::optional<std::string>& content_encoding);
// "a=1&b=2" of x-amz-tagging.
Result<Tags> parse_tagging_header(std::string_view text);
Result<Tags> tags_of(const std::vector<aws::s3::Tag>& tag_set, size_t count_max);

// Customer-provided keys would have to be used; we do not encrypt with them.
template <class In>
Status refuse_customer_keys(const In& in) {
  if (in.sse_customer_algorithm || in.sse_customer_key || in.sse_customer_key_md5) {
    return not_supported("Server-side encryption with customer-provided keys (SSE-C)");
  }
  return ok_status();
}

// REQUIRES: In is PutObjectRequest, CopyObjectRequest or CreateMultipartUploadRequest.
template <class In>
Result<ObjectAttributes> attributes_of(const In& in) {
  MR_TRY(check_acl(in.acl));
  if (in.grant_full_control || in.grant_read || in.grant_read_acp || in.grant_write_acp) {
    return Error("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");
  }
  MR_TRY(refuse_customer_keys(in));
  if (in.object_lock_mode || in.object_lock_retain_until_date || in.object_lock_legal_hold_status) {
    return invalid_request("Bucket is missing Object Lock Configuration");
  }
  MR_TRY(check_storage_class(in.storage_class));
  MR_TRY(check_sse(in.server_side_encryption));
  ObjectAttributes attributes{
      .content_type = in.content_type,
      .cache_control = in.cache_control,
      .content_disposition = in.content_disposition,
      .content_encoding = stored_encoding(in.content_encoding),
      .content_language = in.content_language,
      .expires = in.expires,
      .website_redirect_location = in.website_redirect_location,
      .sse = in.server_side_encryption,
      .kms_key_id = in.ssekms_key_id,
  };
  if (in.storage_class && *in.storage_class != "STANDARD") {
    attributes.storage_class = in.storage_class;
  }
  if (in.metadata) attributes.metadata = *in.metadata;
  MR_TRY(check_metadata(attributes.metadata));
  if (in.tagging) {
    MR_ASSIGN(attributes.tags, parse_tagging_header(*in.tagging));
  }
  return attributes;
}

// What the bucket's default encryption adds where the request named none.
Status apply_default_encryption(Context& ctx, const Bucket& bucket, ObjectAttributes& attributes);

template <class Out>
void set_encryption(Out& out, const ObjectAttributes& attributes) {
  out.server_side_encryption = attributes.sse;
  out.ssekms_key_id = attributes.kms_key_id;
}

// --- preconditions ------------------------------------------------------------------------------

struct WriteConditions {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
};
// The object that is there now, if the write may go on. Errors: PreconditionFailed, NoSuchKey.
Result<std::optional<ObjectRecord>> check_write(Context& ctx, const Bucket& bucket,
                                                std::string_view key,
                                                const WriteConditions& conditions);

struct ReadConditions {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<Instant> if_modified_since;
  std::optional<Instant> if_unmodified_since;
};
template <class In>
ReadConditions read_conditions(const In& in) {
  return {in.if_match, in.if_none_match, in.if_modified_since, in.if_unmodified_since};
}
template <class In>
ReadConditions copy_source_conditions(const In& in) {
  return {in.copy_source_if_match, in.copy_source_if_none_match, in.copy_source_if_modified_since,
          in.copy_source_if_unmodified_since};
}
// What an unmet if-none-match means: a GET may use its cached copy, a copy fails.
enum class OnMatch { kNotModified, kPreconditionFailed };
Status check_read(const ObjectRecord& record, const ReadConditions& conditions, OnMatch on_match);

// --- ranges -------------------------------------------------------------------------------------

struct Selection {
  ByteRange range;
  bool is_partial = false;  // answered with 206 and Content-Range
  std::optional<int64_t> parts_count;

  std::string content_range(const ObjectRecord& record) const;
};
// Errors: InvalidRange, InvalidPartNumber (416).
Result<Selection> select(const ObjectRecord& record, const std::optional<std::string>& range,
                         std::optional<int64_t> part_number);

// --- replacing ----------------------------------------------------------------------------------

// Puts `record` in the place of `old`, whose blob goes, and tells who listens
// ("ObjectCreated:Put").
Status replace_object(Context& ctx, const Bucket& bucket, std::string_view key,
                      const ObjectRecord& record, const std::optional<ObjectRecord>& old,
                      std::string_view event);
Status remove_object(Context& ctx, const Bucket& bucket, std::string_view key,
                     const ObjectRecord& old);

// --- the source of a copy -----------------------------------------------------------------------

struct CopySource {
  Bucket bucket;
  std::string key;
  ObjectRecord record;
};
// From x-amz-copy-source: "/bucket/key?versionId=null", percent-encoded.
struct SourceName {
  std::string bucket;
  std::string key;
};
Result<SourceName> parse_copy_source(std::string_view copy_source);
Result<CopySource> open_copy_source(Context& ctx, std::string_view copy_source,
                                    const std::optional<std::string>& expected_owner,
                                    const ReadConditions& conditions);

}  // namespace millrace::s3
