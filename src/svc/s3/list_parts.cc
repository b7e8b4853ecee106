#include <algorithm>

#include "svc/s3/listing.h"
#include "svc/s3/multipart.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
Result<ops::ListParts::Output> list_parts(Context& ctx, const ops::ListPartsRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(UploadRecord upload, find_upload(ctx.txn(), bucket, {in.key, in.upload_id}));
  MR_ASSIGN(int64_t parts_max, page_size(in.max_parts, "max-parts"));
  int64_t marker = std::clamp<int64_t>(in.part_number_marker.value_or(0), 0, UINT32_MAX - 1);

  ops::ListPartsOutput out{.bucket = in.bucket,
                           .key = in.key,
                           .upload_id = in.upload_id,
                           .part_number_marker = marker,
                           .next_part_number_marker = 0,
                           .max_parts = parts_max,
                           .is_truncated = false,
                           .initiator = ops::Initiator{.id = upload.initiator_arn},
                           .owner = owner_of(bucket.account),
                           .storage_class = upload.attributes.storage_class.value_or("STANDARD")};
  if (upload.is_algorithm_chosen) {
    out.checksum_algorithm = std::string(algorithm_name(upload.algorithm));
    out.checksum_type = upload.is_composite ? "COMPOSITE" : "FULL_OBJECT";
  }
  store::KeyRange range = store::prefix_range(parts_prefix(bucket, in.upload_id));
  range.start = part_key(bucket, in.upload_id, static_cast<uint32_t>(marker) + 1);
  auto cursor = ctx.txn().scan_untracked(range);
  for (; cursor->valid() && parts_max > 0; cursor->next()) {
    if (out.parts && static_cast<int64_t>(out.parts->size()) == parts_max) {
      out.is_truncated = true;
      break;
    }
    MR_ASSIGN(PartRecord record, decode_part(cursor->value()));
    if (!out.parts) out.parts.emplace();
    ops::Part& part = out.parts->emplace_back();
    part.part_number = part_number_of_key(cursor->key());
    part.last_modified = record.modified;
    part.etag = '"' + record.etag + '"';
    part.size = static_cast<int64_t>(record.size);
    set_checksum(part, record.checksum);
    out.next_part_number_marker = part.part_number;
  }
  MR_TRY(cursor->status());
  return out;
}

}  // namespace millrace::s3
