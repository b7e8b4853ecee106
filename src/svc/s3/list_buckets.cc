#include "base/encoding.h"
#include "svc/s3/bucket.h"
#include "svc/s3/errors.h"
#include "svc/s3/keys.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

constexpr int64_t kMaxBuckets = 10'000;

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
Result<ops::ListBuckets::Output> list_buckets(Context& ctx, const ops::ListBucketsRequest& in) {
  int64_t max_buckets = in.max_buckets.value_or(kMaxBuckets);
  if (max_buckets < 1 || max_buckets > kMaxBuckets) {
    return invalid_argument("max-buckets", std::to_string(max_buckets),
                            "Argument max-buckets must be an integer between 1 and 10000");
  }
  std::string prefix = account_buckets_prefix(ctx.account());
  store::KeyRange range = store::prefix_range(prefix + in.prefix.value_or(""));
  if (in.continuation_token) {
    auto last = base64_decode(*in.continuation_token);
    if (!last) {
      return invalid_argument("continuation-token", *in.continuation_token,
                              "The continuation token provided is incorrect");
    }
    range.start = std::max(range.start, prefix + *last + '\0');
  }
  ops::ListBucketsOutput out{.owner = owner_of(ctx.account()), .prefix = in.prefix};
  out.buckets.emplace();
  auto cursor = ctx.txn().scan_untracked(range);
  for (; cursor->valid(); cursor->next()) {
    MR_ASSIGN(Bucket bucket, decode_bucket(cursor->key().substr(prefix.size()), cursor->value()));
    if (in.bucket_region && *in.bucket_region != bucket.region) continue;
    if (static_cast<int64_t>(out.buckets->size()) == max_buckets) {
      out.continuation_token = base64_encode(*out.buckets->back().name);
      break;
    }
    out.buckets->push_back({.name = bucket.name,
                            .creation_date = bucket.created,
                            .bucket_region = bucket.region,
                            .bucket_arn = bucket.arn()});
  }
  MR_TRY(cursor->status());
  return out;
}

}  // namespace millrace::s3
