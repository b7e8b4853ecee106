#include "base/encoding.h"
#include "svc/s3/limits.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// The copy keeps the source's attributes unless the request replaces them.
Result<ObjectAttributes> copied_attributes(const ops::CopyObjectRequest& in,
                                           const ObjectRecord& source) {
  MR_ASSIGN(ObjectAttributes own, attributes_of(in));
  ObjectAttributes result = own;
  if (in.metadata_directive.value_or("COPY") == "COPY") {
    result = source.attributes;
    // Never copied: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    result.storage_class = own.storage_class;
    result.website_redirect_location = own.website_redirect_location;
    result.sse = own.sse;
    result.kms_key_id = own.kms_key_id;
  }
  bool replaces_tags = in.tagging_directive.value_or("COPY") == "REPLACE";
  result.tags = replaces_tags ? own.tags : source.attributes.tags;
  return result;
}

bool changes_nothing(const ops::CopyObjectRequest& in, const ObjectRecord& source) {
  return in.metadata_directive.value_or("COPY") == "COPY" && !in.storage_class &&
         !in.website_redirect_location && !in.server_side_encryption &&
         !source.attributes.website_redirect_location &&
         in.tagging_directive.value_or("COPY") == "COPY" && !in.checksum_algorithm;
}

// A copy is one object, not parts: where the digests are of parts, or another algorithm is asked
// for, they are taken again over all bytes.
Status set_digests(Context& ctx, const ObjectRecord& source, ChecksumAlgorithm algorithm,
                   ObjectRecord& record) {
  bool has_checksum = source.checksum.algorithm == algorithm && !source.checksum.is_composite;
  if (source.parts.empty() && has_checksum) {
    record.etag = source.etag;
    record.checksum = source.checksum;
    return ok_status();
  }
  MR_ASSIGN(std::optional<aws::Body> body,
            open_range(ctx.txn(), ctx.ports().data_dir, source.segments, {0, source.size}));
  if (!body) return Error(store::kConflictCode, 409, "The source was replaced");
  std::unique_ptr<Hasher> md5 = Hasher::create(HashKind::kMd5);
  std::unique_ptr<Hasher> checksum = Hasher::create(hash_kind(algorithm));
  MR_TRY(aws::for_each_part(*body, [&](std::string_view bytes) {
    md5->update(bytes);
    checksum->update(bytes);
    return ok_status();
  }));
  record.etag = hex_encode(md5->finish());
  record.checksum = {.algorithm = algorithm, .value = base64_encode(checksum->finish())};
  return ok_status();
}

Status check_directives(const ops::CopyObjectRequest& in) {
  for (const auto& [name, directive] :
       {std::pair{"x-amz-metadata-directive", in.metadata_directive},
        {"x-amz-tagging-directive", in.tagging_directive}}) {
    if (!directive || *directive == "COPY" || *directive == "REPLACE") continue;
    return invalid_argument(name, *directive, "Unknown metadata directive.");
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
Result<ops::CopyObject::Output> copy_object(Context& ctx, const ops::CopyObjectRequest& in) {
  MR_TRY(check_key(in.key));
  MR_TRY(check_directives(in));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  if (in.copy_source_sse_customer_algorithm) {
    return not_supported("Server-side encryption with customer-provided keys (SSE-C)");
  }
  MR_ASSIGN(CopySource source,
            open_copy_source(ctx, in.copy_source, in.expected_source_bucket_owner,
                             copy_source_conditions(in)));
  if (source.record.size > kPutBytesMax) {
    return invalid_request(
        "The specified copy source is larger than the maximum allowable size for a copy source: "
        "5368709120");
  }
  bool is_onto_itself = source.bucket.name == bucket.name && source.key == in.key;
  if (is_onto_itself && changes_nothing(in, source.record)) {
    return invalid_request(
        "This copy request is illegal because it is trying to copy an object to itself without "
        "changing the object's metadata, storage class, website redirect location or encryption "
        "attributes.");
  }
  ObjectRecord record{.size = source.record.size, .modified = whole_seconds(ctx.now())};
  MR_ASSIGN(record.attributes, copied_attributes(in, source.record));
  ChecksumAlgorithm algorithm = source.record.checksum.algorithm;
  if (in.checksum_algorithm) {
    MR_ASSIGN(algorithm, parse_algorithm(*in.checksum_algorithm));
  }
  MR_ASSIGN(std::optional<ObjectRecord> old,
            check_write(ctx, bucket, in.key, {in.if_match, in.if_none_match}));
  MR_TRY(apply_default_encryption(ctx, bucket, record.attributes));
  MR_TRY(set_digests(ctx, source.record, algorithm, record));
  MR_ASSIGN(record.segments, copy_segments(ctx, source.record.segments));
  MR_TRY(replace_object(ctx, bucket, in.key, record, old, "ObjectCreated:Copy"));

  ops::CopyObjectOutput out;
  set_encryption(out, record.attributes);
  out.copy_object_result.emplace();
  out.copy_object_result->etag = record.quoted_etag();
  out.copy_object_result->last_modified = record.modified;
  set_checksum(*out.copy_object_result, record.checksum);
  return out;
}

}  // namespace millrace::s3
