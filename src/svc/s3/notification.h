// Event notifications: what happens to objects is told to Lambda functions. An event is written in
// the transaction of its cause and deleted when the function's queue has taken it, so it is told at
// least once, also across a crash.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
#pragma once

#include <string_view>

#include "svc/s3/bucket.h"
#include "svc/s3/object_record.h"

namespace millrace::s3 {

struct ObjectEvent {
  std::string_view key;
  const ObjectRecord* record;  // nullptr: the object is gone
};

// `event` without "s3:": "ObjectCreated:Put".
Status notify(Context& ctx, const Bucket& bucket, std::string_view event, const ObjectEvent& about);

// Errors: InvalidArgument; NotImplemented for destinations that we do not have.
Status check_notification_config(const aws::s3::NotificationConfiguration& config);

// Tells what was not told before the last process ended. For the worker pool, once at start.
Status deliver_pending_events(const svc::Ports& ports);

}  // namespace millrace::s3
