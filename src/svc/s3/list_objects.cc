#include "svc/s3/listing.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
Result<ops::ListObjects::Output> list_objects(Context& ctx, const ops::ListObjectsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(Encoding encode, Encoding::of(in.encoding_type));
  ListRequest request{.prefix = in.prefix.value_or(""),
                      .delimiter = in.delimiter.value_or(""),
                      .after = in.marker.value_or("")};
  MR_ASSIGN(request.keys_max, page_size(in.max_keys, "max-keys"));
  MR_ASSIGN(ListPage page, list_page(ctx.txn(), bucket, request));

  ops::ListObjectsOutput out{.is_truncated = page.is_truncated,
                             .marker = encode(std::string_view(request.after)),
                             .name = bucket.name,
                             .prefix = encode(std::string_view(request.prefix)),
                             .delimiter = encode(in.delimiter),
                             .max_keys = request.keys_max,
                             .encoding_type = in.encoding_type};
  // As on AWS: without a delimiter the client takes the last key itself.
  if (page.is_truncated && in.delimiter) out.next_marker = encode(std::string_view(page.last));
  out.common_prefixes = listed_prefixes(page.common_prefixes, encode);
  if (page.entries.empty()) return out;
  out.contents.emplace();
  for (const ListEntry& entry : page.entries) {
    out.contents->push_back(listed_object(entry, encode));
    out.contents->back().owner = owner_of(bucket.account);
  }
  return out;
}

}  // namespace millrace::s3
