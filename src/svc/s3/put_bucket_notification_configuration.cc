#include "svc/s3/bucket_config.h"
#include "svc/s3/notification.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
Result<ops::PutBucketNotificationConfiguration::Output> put_bucket_notification_configuration(
    Context& ctx, const ops::PutBucketNotificationConfigurationRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_notification_config(in.notification_configuration));
  set_config<ops::PutBucketNotificationConfiguration>(ctx, bucket, configs::kNotification,
                                                      in.notification_configuration);
  return ops::PutBucketNotificationConfiguration::Output{};
}

}  // namespace millrace::s3
