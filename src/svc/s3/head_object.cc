#include "svc/s3/operations.h"
#include "svc/s3/read_object.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
Result<ops::HeadObject::Output> head_object(Context& ctx, const ops::HeadObjectRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(refuse_customer_keys(in));
  MR_TRY(check_overrides(ctx, in));
  MR_ASSIGN(ObjectRecord record, read_record(ctx.txn(), bucket, in));
  MR_ASSIGN(Selection selection, select(record, in.range, in.part_number));
  ops::HeadObjectOutput out;
  set_object_headers(out, record, in);
  set_selection(out, record, selection, in);
  return out;
}

}  // namespace millrace::s3
