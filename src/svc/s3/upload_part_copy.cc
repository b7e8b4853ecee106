#include "base/encoding.h"
#include "svc/s3/limits.h"
#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// Unlike a read's range, a copy's must be well-formed and lie within the source.
Result<ByteRange> source_range(const ops::UploadPartCopyRequest& in, const ObjectRecord& source) {
  if (!in.copy_source_range) return ByteRange{0, source.size};
  auto selected = select(source, in.copy_source_range, std::nullopt);
  bool is_whole_form = in.copy_source_range->find('-') + 1 < in.copy_source_range->size() &&
                       !in.copy_source_range->starts_with("bytes=-");
  if (!selected.ok() || !selected->is_partial || !is_whole_form) {
    return invalid_argument("x-amz-copy-source-range", *in.copy_source_range,
                            "The x-amz-copy-source-range value must be of the form "
                            "bytes=first-last where first and last are the zero-based offsets of "
                            "the first and last bytes to copy");
  }
  // A read is cut at the object's end, a copy is refused.
  std::string_view last = std::string_view(*in.copy_source_range);
  last.remove_prefix(last.find('-') + 1);
  if (std::to_string(selected->range.offset + selected->range.length - 1) != last) {
    return invalid_argument(
        "x-amz-copy-source-range", *in.copy_source_range,
        "Range specified is not valid for source object of size: " + std::to_string(source.size));
  }
  return selected->range;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
Result<ops::UploadPartCopy::Output> upload_part_copy(Context& ctx,
                                                     const ops::UploadPartCopyRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_part_number(in.part_number));
  MR_TRY(refuse_customer_keys(in));
  if (in.copy_source_sse_customer_algorithm) {
    return not_supported("Server-side encryption with customer-provided keys (SSE-C)");
  }
  MR_ASSIGN(UploadRecord upload, find_upload(ctx.txn(), bucket, {in.key, in.upload_id}));
  MR_ASSIGN(CopySource source,
            open_copy_source(ctx, in.copy_source, in.expected_source_bucket_owner,
                             copy_source_conditions(in)));
  MR_ASSIGN(ByteRange range, source_range(in, source.record));
  if (range.length > kPutBytesMax) {
    return invalid_request(
        "The specified copy source is larger than the maximum allowable size for a copy source: "
        "5368709120");
  }
  BlobWriter writer(ctx);
  writer.add_hasher(HashKind::kMd5);
  writer.add_hasher(hash_kind(upload.algorithm));
  if (range.length > 0) MR_TRY(writer.append(source.record.segments, range));
  PartRecord part{.size = range.length, .modified = whole_seconds(ctx.now())};
  MR_ASSIGN(part.blob_id, writer.finish());
  part.etag = hex_encode(writer.digest(HashKind::kMd5));
  part.checksum = {.algorithm = upload.algorithm,
                   .value = base64_encode(writer.digest(hash_kind(upload.algorithm)))};
  if (!upload.is_algorithm_chosen) part.crc64 = part.checksum.value;
  MR_TRY(replace_part(ctx, bucket, in.upload_id, static_cast<uint32_t>(in.part_number), part));

  ops::UploadPartCopyOutput out;
  out.server_side_encryption = upload.attributes.sse;
  out.ssekms_key_id = upload.attributes.kms_key_id;
  out.copy_part_result.emplace();
  out.copy_part_result->etag = '"' + part.etag + '"';
  out.copy_part_result->last_modified = part.modified;
  set_checksum(*out.copy_part_result, part.checksum);
  return out;
}

}  // namespace millrace::s3
