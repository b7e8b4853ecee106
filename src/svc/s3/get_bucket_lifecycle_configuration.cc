#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
Result<ops::GetBucketLifecycleConfiguration::Output> get_bucket_lifecycle_configuration(
    Context& ctx, const ops::GetBucketLifecycleConfigurationRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config,
            (config_of<ops::PutBucketLifecycleConfiguration, ops::BucketLifecycleConfiguration>(
                ctx, bucket, configs::kLifecycle)));
  if (!config) {
    return Error("NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist")
        .with_member("BucketName", "\"" + bucket.name + "\"");
  }
  ops::GetBucketLifecycleConfiguration::Output out;
  out.rules = std::move(config->rules);
  out.transition_default_minimum_object_size = "all_storage_classes_128K";
  return out;
}

}  // namespace millrace::s3
