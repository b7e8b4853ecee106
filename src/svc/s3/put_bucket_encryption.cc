#include "svc/s3/bucket_config.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

Status check_encryption(const ops::ServerSideEncryptionConfiguration& config) {
  if (config.rules.size() != 1) return malformed_xml();
  const ops::ServerSideEncryptionRule& rule = config.rules.front();
  if (!rule.apply_server_side_encryption_by_default) return ok_status();
  const auto& by_default = *rule.apply_server_side_encryption_by_default;
  MR_TRY(check_sse(by_default.sse_algorithm));
  if (by_default.sse_algorithm == "AES256" && by_default.kms_master_key_id) {
    return invalid_argument(
        "KMSMasterKeyID", *by_default.kms_master_key_id,
        "a KMSMasterKeyID is not applicable if the default sse algorithm is not "
        "aws:kms or aws:kms:dsse");
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
Result<ops::PutBucketEncryption::Output> put_bucket_encryption(
    Context& ctx, const ops::PutBucketEncryptionRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_encryption(in.server_side_encryption_configuration));
  set_config<ops::PutBucketEncryption>(ctx, bucket, configs::kEncryption,
                                       in.server_side_encryption_configuration);
  return ops::PutBucketEncryption::Output{};
}

}  // namespace millrace::s3
