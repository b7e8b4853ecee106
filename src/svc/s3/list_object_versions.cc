#include "svc/s3/errors.h"
#include "svc/s3/listing.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// Without versioning every object has one version, "null".
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
Result<ops::ListObjectVersions::Output> list_object_versions(
    Context& ctx, const ops::ListObjectVersionsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(Encoding encode, Encoding::of(in.encoding_type));
  if (in.version_id_marker && !in.key_marker) {
    return invalid_argument("version-id-marker", *in.version_id_marker,
                            "A version-id marker cannot be specified without a key marker.");
  }
  ListRequest request{.prefix = in.prefix.value_or(""),
                      .delimiter = in.delimiter.value_or(""),
                      .after = in.key_marker.value_or("")};
  MR_ASSIGN(request.keys_max, page_size(in.max_keys, "max-keys"));
  MR_ASSIGN(ListPage page, list_page(ctx.txn(), bucket, request));

  ops::ListObjectVersionsOutput out{.is_truncated = page.is_truncated,
                                    .key_marker = encode(std::string_view(request.after)),
                                    .version_id_marker = in.version_id_marker.value_or(""),
                                    .name = bucket.name,
                                    .prefix = encode(std::string_view(request.prefix)),
                                    .delimiter = encode(in.delimiter),
                                    .max_keys = request.keys_max,
                                    .encoding_type = in.encoding_type};
  if (page.is_truncated) {
    out.next_key_marker = encode(std::string_view(page.last));
    bool is_key = !page.entries.empty() && page.entries.back().key == page.last;
    if (is_key) out.next_version_id_marker = "null";
  }
  out.common_prefixes = listed_prefixes(page.common_prefixes, encode);
  if (page.entries.empty()) return out;
  out.versions.emplace();
  for (const ListEntry& entry : page.entries) {
    ops::Object object = listed_object(entry, encode);
    out.versions->push_back({.etag = object.etag,
                             .checksum_algorithm = object.checksum_algorithm,
                             .checksum_type = object.checksum_type,
                             .size = object.size,
                             .storage_class = object.storage_class,
                             .key = object.key,
                             .version_id = "null",
                             .is_latest = true,
                             .last_modified = object.last_modified,
                             .owner = owner_of(bucket.account)});
  }
  return out;
}

}  // namespace millrace::s3
