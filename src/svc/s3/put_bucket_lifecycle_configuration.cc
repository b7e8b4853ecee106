#include "svc/s3/bucket_config.h"
#include "svc/s3/errors.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// Rules that would have to delete or move objects are refused; those that have no work in a bucket
// without versions are kept and given back.
Status check_rule(const ops::LifecycleRule& rule) {
  if (rule.status != "Enabled" && rule.status != "Disabled") return malformed_xml();
  if (rule.status == "Disabled") return ok_status();
  if (rule.expiration) return not_supported("The lifecycle action Expiration");
  if (rule.transitions && !rule.transitions->empty()) {
    return not_supported("The lifecycle action Transition");
  }
  if (!rule.noncurrent_version_expiration && !rule.noncurrent_version_transitions &&
      !rule.abort_incomplete_multipart_upload) {
    return invalid_request("At least one action needs to be specified in a rule");
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
Result<ops::PutBucketLifecycleConfiguration::Output> put_bucket_lifecycle_configuration(
    Context& ctx, const ops::PutBucketLifecycleConfigurationRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  if (!in.lifecycle_configuration || in.lifecycle_configuration->rules.empty()) {
    return malformed_xml();
  }
  for (const ops::LifecycleRule& rule : in.lifecycle_configuration->rules) {
    MR_TRY(check_rule(rule));
  }
  set_config<ops::PutBucketLifecycleConfiguration>(ctx, bucket, configs::kLifecycle,
                                                   *in.lifecycle_configuration);
  return ops::PutBucketLifecycleConfigurationOutput{.transition_default_minimum_object_size =
                                                        "all_storage_classes_128K"};
}

}  // namespace millrace::s3
