#include "svc/s3/listing.h"
#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

struct Upload {
  UploadKeyParts name;
  UploadRecord record;
};
struct UploadsPage {
  std::vector<Upload> uploads;
  std::vector<std::string> common_prefixes;
  bool is_truncated = false;
};

std::optional<std::string> rolled_up(std::string_view key,
                                     const ops::ListMultipartUploadsRequest& in) {
  std::string_view delimiter = in.delimiter ? std::string_view(*in.delimiter) : "";
  if (delimiter.empty()) return std::nullopt;
  size_t at = key.find(delimiter, in.prefix.value_or("").size());
  if (at == std::string_view::npos) return std::nullopt;
  return std::string(key.substr(0, at + delimiter.size()));
}

// Whether a page that was asked to begin behind the markers begins behind this upload.
bool is_before_markers(const UploadKeyParts& upload, const ops::ListMultipartUploadsRequest& in) {
  if (!in.key_marker) return false;
  if (upload.key != *in.key_marker) return upload.key < *in.key_marker;
  return !in.upload_id_marker || upload.upload_id <= *in.upload_id_marker;
}

// Uploads under way are few; the walk goes over all of the bucket from the marker on.
Result<UploadsPage> read_page(Context& ctx, const Bucket& bucket,
                              const ops::ListMultipartUploadsRequest& in, int64_t uploads_max) {
  UploadsPage page;
  std::string prefix = in.prefix.value_or("");
  auto cursor = ctx.txn().scan_untracked(store::prefix_range(uploads_prefix(bucket)));
  for (; cursor->valid() && uploads_max > 0; cursor->next()) {
    auto name = parse_upload_key(cursor->key());
    if (!name || !name->key.starts_with(prefix) || is_before_markers(*name, in)) continue;
    auto common = rolled_up(name->key, in);
    if (common && !page.common_prefixes.empty() && page.common_prefixes.back() == *common) continue;
    if (common && in.key_marker == *common) continue;
    if (static_cast<int64_t>(page.uploads.size() + page.common_prefixes.size()) == uploads_max) {
      page.is_truncated = true;
      break;
    }
    if (common) {
      page.common_prefixes.push_back(*std::move(common));
      continue;
    }
    MR_ASSIGN(UploadRecord record, decode_upload(cursor->value()));
    page.uploads.push_back({*std::move(name), std::move(record)});
  }
  MR_TRY(cursor->status());
  return page;
}

ops::MultipartUpload listed(const Upload& upload, const Bucket& bucket, const Encoding& encode) {
  ops::MultipartUpload out{
      .upload_id = upload.name.upload_id,
      .key = encode(std::string_view(upload.name.key)),
      .initiated = upload.record.initiated,
      .storage_class = upload.record.attributes.storage_class.value_or("STANDARD"),
      .owner = owner_of(bucket.account),
      .initiator = ops::Initiator{.id = upload.record.initiator_arn}};
  if (upload.record.is_algorithm_chosen) {
    out.checksum_algorithm = std::string(algorithm_name(upload.record.algorithm));
    out.checksum_type = upload.record.is_composite ? "COMPOSITE" : "FULL_OBJECT";
  }
  return out;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
Result<ops::ListMultipartUploads::Output> list_multipart_uploads(
    Context& ctx, const ops::ListMultipartUploadsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(Encoding encode, Encoding::of(in.encoding_type));
  MR_ASSIGN(int64_t uploads_max, page_size(in.max_uploads, "max-uploads"));
  MR_ASSIGN(UploadsPage page, read_page(ctx, bucket, in, uploads_max));

  ops::ListMultipartUploadsOutput out{.bucket = in.bucket,
                                      .key_marker = encode(in.key_marker).value_or(""),
                                      .upload_id_marker = in.upload_id_marker.value_or(""),
                                      .prefix = encode(in.prefix),
                                      .delimiter = encode(in.delimiter),
                                      .max_uploads = uploads_max,
                                      .is_truncated = page.is_truncated,
                                      .encoding_type = in.encoding_type};
  out.common_prefixes = listed_prefixes(page.common_prefixes, encode);
  if (!page.uploads.empty()) out.uploads.emplace();
  for (const Upload& upload : page.uploads)
    out.uploads->push_back(listed(upload, bucket, encode));
  if (!page.is_truncated) return out;
  // Whichever was listed last in key order.
  std::string last_key = page.uploads.empty() ? "" : page.uploads.back().name.key;
  if (!page.common_prefixes.empty() && page.common_prefixes.back() > last_key) {
    out.next_key_marker = encode(std::string_view(page.common_prefixes.back()));
  } else {
    out.next_key_marker = encode(std::string_view(last_key));
    out.next_upload_id_marker = page.uploads.back().name.upload_id;
  }
  return out;
}

}  // namespace millrace::s3
