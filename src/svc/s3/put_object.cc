#include "base/encoding.h"
#include "svc/s3/limits.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
Result<ops::PutObject::Output> put_object(Context& ctx, const ops::PutObjectRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  if (in.write_offset_bytes) return not_supported("Appending to an object (WriteOffsetBytes)");
  static const aws::Body kEmpty;
  const aws::Body& body = in.body ? *in.body : kEmpty;
  if (body.size() > kPutBytesMax) {
    return Error("EntityTooLarge", 400,
                 "Your proposed upload exceeds the maximum allowed object size.");
  }
  ObjectRecord record{.size = body.size(), .modified = whole_seconds(ctx.now())};
  MR_ASSIGN(record.attributes, attributes_of(in));
  MR_ASSIGN(Claims claims, claims_of(in));
  if (claims.content_md5) MR_TRY(verify_content_md5(body, *claims.content_md5));
  MR_ASSIGN(record.checksum, verify_checksum(body, claims, ChecksumAlgorithm::kCrc64Nvme));
  MR_ASSIGN(std::optional<ObjectRecord> old,
            check_write(ctx, bucket, in.key, {in.if_match, in.if_none_match}));
  MR_TRY(apply_default_encryption(ctx, bucket, record.attributes));
  MR_ASSIGN(std::string md5, body_digest(body, HashKind::kMd5));
  record.etag = hex_encode(md5);
  MR_ASSIGN(std::string blob_id, keep_body(ctx, body));
  if (record.size > 0) record.segments = {{std::move(blob_id), record.size}};
  MR_TRY(replace_object(ctx, bucket, in.key, record, old, "ObjectCreated:Put"));

  ops::PutObjectOutput out;
  out.etag = record.quoted_etag();
  set_checksum(out, record.checksum);
  set_encryption(out, record.attributes);
  return out;
}

}  // namespace millrace::s3
