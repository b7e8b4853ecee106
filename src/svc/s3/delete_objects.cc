#include "svc/s3/access.h"
#include "svc/s3/delete_one.h"
#include "svc/s3/limits.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// Each key is judged and deleted by itself; a refusal of one is reported and stops no other.
Status delete_allowed(Context& ctx, const Bucket& bucket, const ops::ObjectIdentifier& object) {
  if (object.last_modified_time || object.size) {
    return not_supported("LastModifiedTime and Size of an object to delete");
  }
  if (object.key.empty()) {
    return Error("UserKeyMustBeSpecified", 400, "You must specify a key in the request");
  }
  MR_ASSIGN(svc::Access access, access_to(ctx, bucket, "s3:DeleteObject", object.key));
  MR_TRY(svc::authorize(ctx, std::move(access)));
  return delete_one(ctx, bucket, {object.key, object.version_id, object.etag});
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
Result<ops::DeleteObjects::Output> delete_objects(Context& ctx,
                                                  const ops::DeleteObjectsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  if (in.delete_.objects.empty() || in.delete_.objects.size() > kDeleteObjectsMax) {
    return malformed_xml();
  }
  ops::DeleteObjectsOutput out;
  for (const ops::ObjectIdentifier& object : in.delete_.objects) {
    Status status = delete_allowed(ctx, bucket, object);
    if (!status.ok() && status.error().is_server_fault()) return std::move(status).error();
    if (!status.ok()) {
      if (!out.errors) out.errors.emplace();
      out.errors->push_back({.key = object.key,
                             .version_id = object.version_id,
                             .code = status.error().code(),
                             .message = status.error().message()});
    } else if (!in.delete_.quiet.value_or(false)) {
      if (!out.deleted) out.deleted.emplace();
      out.deleted->push_back({.key = object.key, .version_id = object.version_id});
    }
  }
  return out;
}

}  // namespace millrace::s3
