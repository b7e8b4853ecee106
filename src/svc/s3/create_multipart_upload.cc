#include "base/encoding.h"
#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html:
// which algorithm may be taken over the whole object, and which over the parts.
Status choose_checksum(const ops::CreateMultipartUploadRequest& in, UploadRecord& record) {
  if (!in.checksum_algorithm) {
    if (in.checksum_type) {
      return invalid_request(
          "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm "
          "header.");
    }
    return ok_status();
  }
  MR_ASSIGN(record.algorithm, parse_algorithm(*in.checksum_algorithm));
  record.is_algorithm_chosen = true;
  bool is_crc64 = record.algorithm == ChecksumAlgorithm::kCrc64Nvme;
  bool is_sha = record.algorithm == ChecksumAlgorithm::kSha1 ||
                record.algorithm == ChecksumAlgorithm::kSha256;
  std::string type = in.checksum_type.value_or(is_crc64 ? "FULL_OBJECT" : "COMPOSITE");
  if (type != "FULL_OBJECT" && type != "COMPOSITE") {
    return invalid_request("Value for x-amz-checksum-type header is invalid.");
  }
  record.is_composite = type == "COMPOSITE";
  if (record.is_composite ? is_crc64 : is_sha) {
    return invalid_request("The " + type + " checksum type cannot be used with the " +
                           ascii_lower(algorithm_name(record.algorithm)) + " checksum algorithm.");
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
Result<ops::CreateMultipartUpload::Output> create_multipart_upload(
    Context& ctx, const ops::CreateMultipartUploadRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  UploadRecord record{.initiated = whole_seconds(ctx.now()), .initiator_arn = ctx.caller().arn};
  MR_ASSIGN(record.attributes, attributes_of(in));
  MR_TRY(choose_checksum(in, record));
  MR_TRY(apply_default_encryption(ctx, bucket, record.attributes));
  std::string upload_id = new_upload_id(ctx.now());
  ctx.txn().put(upload_key(bucket, in.key, upload_id), encode(record));

  ops::CreateMultipartUploadOutput out{.bucket = in.bucket, .key = in.key, .upload_id = upload_id};
  set_encryption(out, record.attributes);
  if (record.is_algorithm_chosen) {
    out.checksum_algorithm = std::string(algorithm_name(record.algorithm));
    out.checksum_type = record.is_composite ? "COMPOSITE" : "FULL_OBJECT";
  }
  return out;
}

}  // namespace millrace::s3
