#include "svc/s3/operations.h"
#include "svc/s3/read_object.h"

namespace millrace::s3 {
namespace {

// An object may be replaced between looking it up and opening its file; the one that replaced it is
// found at the next look. More looks than this need a writer that is always faster.
constexpr int kLooksMax = 20;

Result<std::optional<ops::GetObjectOutput>> look(store::Reader& reader, Context& ctx,
                                                 const Bucket& bucket,
                                                 const ops::GetObjectRequest& in) {
  MR_ASSIGN(ObjectRecord record, read_record(reader, bucket, in));
  MR_ASSIGN(Selection selection, select(record, in.range, in.part_number));
  MR_ASSIGN(std::optional<aws::Body> body,
            open_range(reader, ctx.ports().data_dir, record.segments, selection.range));
  if (!body) return std::optional<ops::GetObjectOutput>();
  ops::GetObjectOutput out;
  set_object_headers(out, record, in);
  set_selection(out, record, selection, in);
  out.body = *std::move(body);
  return std::optional<ops::GetObjectOutput>(std::move(out));
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
Result<ops::GetObject::Output> get_object(Context& ctx, const ops::GetObjectRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(refuse_customer_keys(in));
  MR_TRY(check_overrides(ctx, in));
  MR_ASSIGN(auto out, look(ctx.txn(), ctx, bucket, in));
  for (int looks = 1; !out && looks < kLooksMax; ++looks) {
    auto snapshot = ctx.ports().store->snapshot();
    MR_ASSIGN(out, look(*snapshot, ctx, bucket, in));
  }
  if (!out) return Error::internal("The object's file is missing");
  return *std::move(out);
}

}  // namespace millrace::s3
