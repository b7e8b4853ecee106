#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
Result<ops::AbortMultipartUpload::Output> abort_multipart_upload(
    Context& ctx, const ops::AbortMultipartUploadRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  if (in.if_match_initiated_time) return not_supported("x-amz-if-match-initiated-time");
  UploadKeyParts name{in.key, in.upload_id};
  MR_TRY(find_upload(ctx.txn(), bucket, name));
  MR_TRY(delete_upload(ctx, bucket, name));
  return ops::AbortMultipartUploadOutput{};
}

}  // namespace millrace::s3
