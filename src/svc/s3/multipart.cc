#include "svc/s3/multipart.h"

#include <set>

#include "base/encoding.h"
#include "base/random.h"
#include "svc/s3/limits.h"

namespace millrace::s3 {

std::string new_upload_id(Instant now) {
  std::string begun(8, '\0');
  auto value = static_cast<uint64_t>(now.us);
  for (size_t i = 8; i-- > 0; value >>= 8)
    begun[i] = static_cast<char>(value);
  return hex_encode(begun) + hex_encode(secure_random_bytes(24));
}

Result<UploadRecord> find_upload(store::Reader& reader, const Bucket& bucket,
                                 const UploadKeyParts& upload) {
  MR_ASSIGN(std::optional<std::string> value,
            reader.get(upload_key(bucket, upload.key, upload.upload_id)));
  if (!value) return no_such_upload(upload.upload_id);
  return decode_upload(*value);
}

Result<std::optional<PartRecord>> find_part(store::Reader& reader, const Bucket& bucket,
                                            std::string_view upload_id, uint32_t number) {
  MR_ASSIGN(std::optional<std::string> value, reader.get(part_key(bucket, upload_id, number)));
  if (!value) return std::optional<PartRecord>();
  MR_ASSIGN(PartRecord record, decode_part(*value));
  return std::optional<PartRecord>(std::move(record));
}

Status check_part_number(int64_t number) {
  if (number >= 1 && number <= kPartNumberMax) return ok_status();
  return invalid_argument("partNumber", std::to_string(number),
                          "Part number must be an integer between 1 and 10000, inclusive");
}

Status replace_part(Context& ctx, const Bucket& bucket, std::string_view upload_id, uint32_t number,
                    const PartRecord& record) {
  MR_ASSIGN(std::optional<PartRecord> old, find_part(ctx.txn(), bucket, upload_id, number));
  if (old) drop_blob(ctx, old->blob_id);
  ctx.txn().put(part_key(bucket, upload_id, number), encode(record));
  return ok_status();
}

Status delete_upload(Context& ctx, const Bucket& bucket, const UploadKeyParts& upload,
                     const Segments& kept) {
  std::set<std::string_view> kept_ids;
  for (const Segment& segment : kept)
    kept_ids.insert(segment.blob_id);
  // Tracked: a part that arrives meanwhile makes this transaction run again.
  auto parts = ctx.txn().scan(store::prefix_range(parts_prefix(bucket, upload.upload_id)));
  for (; parts->valid(); parts->next()) {
    MR_ASSIGN(PartRecord part, decode_part(parts->value()));
    if (!kept_ids.contains(part.blob_id)) drop_blob(ctx, part.blob_id);
    ctx.txn().del(parts->key());
  }
  MR_TRY(parts->status());
  ctx.txn().del(upload_key(bucket, upload.key, upload.upload_id));
  return ok_status();
}

}  // namespace millrace::s3
