#include "base/encoding.h"
#include "svc/s3/errors.h"
#include "svc/s3/listing.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// A token is where the last page ended. Clients must not read it, so it does not look like a key.
constexpr std::string_view kTokenMark = "1:";

std::string make_token(std::string_view last) {
  return base64_encode(std::string(kTokenMark) + std::string(last));
}

Result<std::string> read_token(const std::string& token) {
  auto text = base64_decode(token);
  if (!text || !text->starts_with(kTokenMark)) {
    return invalid_argument("continuation-token", token,
                            "The continuation token provided is incorrect");
  }
  return text->substr(kTokenMark.size());
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
Result<ops::ListObjectsV2::Output> list_objects_v2(Context& ctx,
                                                   const ops::ListObjectsV2Request& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(Encoding encode, Encoding::of(in.encoding_type));
  ListRequest request{.prefix = in.prefix.value_or(""),
                      .delimiter = in.delimiter.value_or(""),
                      .after = in.start_after.value_or("")};
  MR_ASSIGN(request.keys_max, page_size(in.max_keys, "max-keys"));
  if (in.continuation_token) {
    MR_ASSIGN(request.after, read_token(*in.continuation_token));
  }
  MR_ASSIGN(ListPage page, list_page(ctx.txn(), bucket, request));

  ops::ListObjectsV2Output out{.is_truncated = page.is_truncated,
                               .name = bucket.name,
                               .prefix = encode(std::string_view(request.prefix)),
                               .delimiter = encode(in.delimiter),
                               .max_keys = request.keys_max,
                               .encoding_type = in.encoding_type,
                               .continuation_token = in.continuation_token,
                               .start_after = encode(in.start_after)};
  out.key_count = static_cast<int64_t>(page.entries.size() + page.common_prefixes.size());
  if (page.is_truncated) out.next_continuation_token = make_token(page.last);
  out.common_prefixes = listed_prefixes(page.common_prefixes, encode);
  if (page.entries.empty()) return out;
  out.contents.emplace();
  for (const ListEntry& entry : page.entries) {
    out.contents->push_back(listed_object(entry, encode));
    if (in.fetch_owner.value_or(false)) out.contents->back().owner = owner_of(bucket.account);
  }
  return out;
}

}  // namespace millrace::s3
