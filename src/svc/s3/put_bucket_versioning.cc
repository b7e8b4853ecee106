#include "svc/s3/bucket_config.h"
#include "svc/s3/errors.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

Status check_versioning(const ops::VersioningConfiguration& config) {
  if (config.mfa_delete == "Enabled") return not_supported("MFA delete (MfaDelete)");
  if (config.status == "Enabled") return not_supported("Bucket versioning (Status Enabled)");
  if (config.status == "Suspended") return ok_status();
  return Error("IllegalVersioningConfigurationException", 400,
               "The Versioning element must be specified");
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
Result<ops::PutBucketVersioning::Output> put_bucket_versioning(
    Context& ctx, const ops::PutBucketVersioningRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_versioning(in.versioning_configuration));
  set_config<ops::PutBucketVersioning>(ctx, bucket, configs::kVersioning,
                                       in.versioning_configuration);
  return ops::PutBucketVersioning::Output{};
}

}  // namespace millrace::s3
