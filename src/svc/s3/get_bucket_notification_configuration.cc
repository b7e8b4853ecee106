#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
Result<ops::GetBucketNotificationConfiguration::Output> get_bucket_notification_configuration(
    Context& ctx, const ops::GetBucketNotificationConfigurationRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config,
            (config_of<ops::PutBucketNotificationConfiguration, ops::NotificationConfiguration>(
                ctx, bucket, configs::kNotification)));
  return std::move(config).value_or(ops::NotificationConfiguration{});
}

}  // namespace millrace::s3
