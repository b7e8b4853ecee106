#include "svc/s3/blob.h"
#include "svc/s3/keys.h"
#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

Status delete_range(store::Txn& txn, const std::string& prefix) {
  auto cursor = txn.scan(store::prefix_range(prefix));
  for (; cursor->valid(); cursor->next())
    txn.del(cursor->key());
  return cursor->status();
}

// Uploads that were never completed do not keep a bucket alive; their parts go with it.
Status delete_uploads(Context& ctx, const Bucket& bucket) {
  std::vector<UploadKeyParts> uploads;
  {
    auto cursor = ctx.txn().scan(store::prefix_range(uploads_prefix(bucket)));
    for (; cursor->valid(); cursor->next()) {
      if (auto parts = parse_upload_key(cursor->key())) uploads.push_back(*std::move(parts));
    }
    MR_TRY(cursor->status());
  }
  for (const UploadKeyParts& upload : uploads) {
    MR_TRY(delete_upload(ctx, bucket, upload));
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
Result<ops::DeleteBucket::Output> delete_bucket(Context& ctx, const ops::DeleteBucketRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  {
    // Tracked: an object put meanwhile makes this transaction run again.
    auto objects = ctx.txn().scan(store::prefix_range(objects_prefix(bucket)));
    MR_TRY(objects->status());
    if (objects->valid()) {
      return Error("BucketNotEmpty", 409, "The bucket you tried to delete is not empty")
          .with_member("BucketName", "\"" + bucket.name + "\"");
    }
  }
  MR_TRY(delete_uploads(ctx, bucket));
  MR_TRY(delete_range(ctx.txn(), configs_prefix(bucket)));
  delete_bucket_record(ctx.txn(), bucket);
  return ops::DeleteBucket::Output{};
}

}  // namespace millrace::s3
