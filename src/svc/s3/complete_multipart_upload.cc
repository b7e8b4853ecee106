#include "base/encoding.h"
#include "svc/s3/limits.h"
#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

std::string json_number(uint64_t number) { return "\"" + std::to_string(number) + "\""; }

std::string_view without_quotes(std::string_view etag) {
  if (etag.starts_with('"')) etag.remove_prefix(1);
  if (etag.ends_with('"')) etag.remove_suffix(1);
  return etag;
}

Error invalid_part(const ops::CompleteMultipartUploadRequest& in, const ops::CompletedPart& part) {
  return Error("InvalidPart", 400,
               "One or more of the specified parts could not be found.  The part may not have been "
               "uploaded, or the specified entity tag may not match the part's entity tag.")
      .with_member("UploadId", "\"" + in.upload_id + "\"")
      .with_member("PartNumber", json_number(static_cast<uint64_t>(part.part_number.value_or(0))));
}

// The named part, if it is what the client believes it to be.
Result<PartRecord> check_part(Context& ctx, const Bucket& bucket,
                              const ops::CompleteMultipartUploadRequest& in,
                              const UploadRecord& upload, const ops::CompletedPart& named) {
  int64_t number = named.part_number.value_or(0);
  MR_TRY(check_part_number(number));
  MR_ASSIGN(std::optional<PartRecord> part,
            find_part(ctx.txn(), bucket, in.upload_id, static_cast<uint32_t>(number)));
  if (!part || (named.etag && without_quotes(*named.etag) != part->etag)) {
    return invalid_part(in, named);
  }
  MR_ASSIGN(std::optional<Checksum> claimed, claimed_checksum(named));
  if (claimed &&
      (claimed->algorithm != part->checksum.algorithm || claimed->value != part->checksum.value)) {
    return invalid_part(in, named);
  }
  if (upload.is_composite && !claimed) {
    return invalid_request("The upload was created using a " +
                           ascii_lower(algorithm_name(upload.algorithm)) +
                           " checksum. The complete request must include the checksum for each "
                           "part. It was missing for part " +
                           std::to_string(number) + " in the request.");
  }
  return *std::move(part);
}

Result<std::vector<PartRecord>> check_parts(Context& ctx, const Bucket& bucket,
                                            const ops::CompleteMultipartUploadRequest& in,
                                            const UploadRecord& upload) {
  if (!in.multipart_upload || !in.multipart_upload->parts || in.multipart_upload->parts->empty()) {
    return malformed_xml();
  }
  const std::vector<ops::CompletedPart>& named = *in.multipart_upload->parts;
  std::vector<PartRecord> parts;
  for (size_t i = 0; i < named.size(); ++i) {
    if (i > 0 && named[i].part_number.value_or(0) <= named[i - 1].part_number.value_or(0)) {
      return Error("InvalidPartOrder", 400,
                   "The list of parts was not in ascending order. Parts must be ordered by part "
                   "number.")
          .with_member("UploadId", "\"" + in.upload_id + "\"");
    }
    MR_ASSIGN(PartRecord part, check_part(ctx, bucket, in, upload, named[i]));
    parts.push_back(std::move(part));
  }
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i].size >= kPartBytesMin) continue;
    return Error("EntityTooSmall", 400,
                 "Your proposed upload is smaller than the minimum allowed size")
        .with_member("ProposedSize", json_number(parts[i].size))
        .with_member("MinSizeAllowed", json_number(kPartBytesMin))
        .with_member("PartNumber",
                     json_number(static_cast<uint64_t>(named[i].part_number.value_or(0))))
        .with_member("ETag", "\"" + parts[i].etag + "\"");
  }
  return parts;
}

// MD5 over the parts' MD5s, and how many they are; the same for composite checksums.
std::string composite(HashKind kind, const std::vector<std::string>& digests) {
  std::unique_ptr<Hasher> hasher = Hasher::create(kind);
  for (const std::string& digest : digests)
    hasher->update(digest);
  return hasher->finish();
}

std::string multipart_etag(const std::vector<PartRecord>& parts) {
  std::vector<std::string> digests;
  for (const PartRecord& part : parts)
    digests.push_back(hex_decode(part.etag).value_or(""));
  return hex_encode(composite(HashKind::kMd5, digests)) + "-" + std::to_string(parts.size());
}

Checksum composite_checksum(ChecksumAlgorithm algorithm, const std::vector<PartRecord>& parts) {
  std::vector<std::string> digests;
  for (const PartRecord& part : parts) {
    digests.push_back(base64_decode(part.checksum.value).value_or(""));
  }
  return {.algorithm = algorithm,
          .value = base64_encode(composite(hash_kind(algorithm), digests)) + "-" +
                   std::to_string(parts.size()),
          .is_composite = true};
}

// The checksum over the whole, out of those over the parts.
Checksum full_checksum(const UploadRecord& upload, const std::vector<PartRecord>& parts) {
  HashKind kind = hash_kind(upload.algorithm);
  CrcOf whole{.digest = Hasher::create(kind)->finish()};
  for (const PartRecord& part : parts) {
    const std::string& value = upload.is_algorithm_chosen ? part.checksum.value : part.crc64;
    whole = combine_crc(kind, whole, {base64_decode(value).value_or(""), part.size});
  }
  return {.algorithm = upload.algorithm, .value = base64_encode(whole.digest)};
}

ObjectRecord join_parts(const UploadRecord& upload, const std::vector<PartRecord>& parts) {
  ObjectRecord record{.attributes = upload.attributes, .etag = multipart_etag(parts)};
  for (const PartRecord& part : parts) {
    record.parts.push_back({.size = part.size, .checksum = part.checksum.value});
    record.size += part.size;
    if (part.size > 0) record.segments.push_back({part.blob_id, part.size});
  }
  record.checksum = upload.is_composite ? composite_checksum(upload.algorithm, parts)
                                        : full_checksum(upload, parts);
  return record;
}

Status check_claims(const ops::CompleteMultipartUploadRequest& in, const ObjectRecord& record) {
  if (in.checksum_type && *in.checksum_type != type_name(record.checksum)) {
    return invalid_request(
        "The x-amz-checksum-type header does not match the checksum type of the "
        "upload.");
  }
  if (in.mpu_object_size && static_cast<uint64_t>(*in.mpu_object_size) != record.size) {
    return invalid_request("The provided 'x-amz-mp-object-size' header value " +
                           std::to_string(*in.mpu_object_size) +
                           " does not match what was computed: " + std::to_string(record.size));
  }
  MR_ASSIGN(std::optional<Checksum> claimed, claimed_checksum(in));
  if (!claimed) return ok_status();
  bool holds = claimed->algorithm == record.checksum.algorithm &&
               claimed->value == record.checksum.value.substr(0, record.checksum.value.find('-'));
  if (holds || claimed->value == record.checksum.value) return ok_status();
  return Error("BadDigest", 400,
               "The " + ascii_lower(algorithm_name(claimed->algorithm)) +
                   " you specified did not match the calculated checksum.");
}

ops::CompleteMultipartUploadOutput describe(const Context& ctx,
                                            const ops::CompleteMultipartUploadRequest& in,
                                            const ObjectRecord& record) {
  ops::CompleteMultipartUploadOutput out{.location = ctx.request().base_url + "/" + in.bucket +
                                                     "/" + percent_encode(in.key, Slash::kKeep),
                                         .bucket = in.bucket,
                                         .key = in.key,
                                         .etag = record.quoted_etag()};
  set_checksum(out, record.checksum);
  set_encryption(out, record.attributes);
  return out;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
Result<ops::CompleteMultipartUpload::Output> complete_multipart_upload(
    Context& ctx, const ops::CompleteMultipartUploadRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(refuse_customer_keys(in));
  UploadKeyParts name{in.key, in.upload_id};
  auto upload = find_upload(ctx.txn(), bucket, name);
  if (!upload.ok()) {
    // A client that lost the answer asks again; as on AWS, it is told once more.
    MR_ASSIGN(std::optional<ObjectRecord> done, find_object(ctx.txn(), bucket, in.key));
    if (done && done->upload_id == in.upload_id) return describe(ctx, in, *done);
    return std::move(upload).error();
  }
  MR_ASSIGN(std::vector<PartRecord> parts, check_parts(ctx, bucket, in, *upload));
  MR_ASSIGN(std::optional<ObjectRecord> old,
            check_write(ctx, bucket, in.key, {in.if_match, in.if_none_match}));
  ObjectRecord record = join_parts(*upload, parts);
  record.modified = whole_seconds(ctx.now());
  record.upload_id = in.upload_id;
  MR_TRY(check_claims(in, record));
  MR_TRY(delete_upload(ctx, bucket, name, record.segments));
  MR_TRY(replace_object(ctx, bucket, in.key, record, old, "ObjectCreated:CompleteMultipartUpload"));
  return describe(ctx, in, record);
}

}  // namespace millrace::s3
