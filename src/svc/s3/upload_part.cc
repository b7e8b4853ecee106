#include "base/encoding.h"
#include "svc/s3/limits.h"
#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// An upload whose checksum algorithm was chosen takes parts with that algorithm only.
Status check_algorithm(const UploadRecord& upload, const Claims& claims) {
  if (!upload.is_algorithm_chosen) return ok_status();
  if (claims.checksum && claims.checksum->algorithm == upload.algorithm) return ok_status();
  std::string actual =
      claims.checksum ? ascii_lower(algorithm_name(claims.checksum->algorithm)) : "null";
  return invalid_request("Checksum Type mismatch occurred, expected checksum Type: " +
                         ascii_lower(algorithm_name(upload.algorithm)) +
                         ", actual checksum Type: " + actual);
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
Result<ops::UploadPart::Output> upload_part(Context& ctx, const ops::UploadPartRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_part_number(in.part_number));
  MR_TRY(refuse_customer_keys(in));
  MR_ASSIGN(UploadRecord upload, find_upload(ctx.txn(), bucket, {in.key, in.upload_id}));
  static const aws::Body kEmpty;
  const aws::Body& body = in.body ? *in.body : kEmpty;
  if (body.size() > kPutBytesMax) {
    return Error("EntityTooLarge", 400,
                 "Your proposed upload exceeds the maximum allowed object size.");
  }
  MR_ASSIGN(Claims claims, claims_of(in));
  MR_TRY(check_algorithm(upload, claims));
  if (claims.content_md5) MR_TRY(verify_content_md5(body, *claims.content_md5));
  PartRecord part{.size = body.size(), .modified = whole_seconds(ctx.now())};
  MR_ASSIGN(part.checksum, verify_checksum(body, claims, upload.algorithm));
  MR_ASSIGN(std::string md5, body_digest(body, HashKind::kMd5));
  part.etag = hex_encode(md5);
  if (!upload.is_algorithm_chosen) {
    MR_ASSIGN(std::string crc64, body_digest(body, HashKind::kCrc64Nvme));
    part.crc64 = base64_encode(crc64);
  }
  MR_ASSIGN(part.blob_id, keep_body(ctx, body));
  MR_TRY(replace_part(ctx, bucket, in.upload_id, static_cast<uint32_t>(in.part_number), part));

  ops::UploadPartOutput out;
  out.etag = '"' + part.etag + '"';
  set_checksum(out, part.checksum);
  out.server_side_encryption = upload.attributes.sse;
  out.ssekms_key_id = upload.attributes.kms_key_id;
  return out;
}

}  // namespace millrace::s3
