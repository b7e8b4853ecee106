#include "svc/s3/keys.h"

#include "store/key.h"
#include "svc/ports.h"
#include "svc/s3/bucket.h"

namespace millrace::s3 {
namespace {

using store::KeyReader;
using store::KeyWriter;
using store::Space;

KeyWriter global(KeyKind kind) {
  KeyWriter key("", svc::kGlobalRegion, Space::kS3);
  key.u8(static_cast<uint8_t>(kind));
  return key;
}

KeyWriter of_bucket(const Bucket& bucket, KeyKind kind) {
  KeyWriter key(bucket.account, bucket.region, Space::kS3);
  key.u8(static_cast<uint8_t>(kind)).str(bucket.name);
  return key;
}

}  // namespace

std::string directory_key(std::string_view bucket) {
  return global(KeyKind::kDirectory).str(bucket).key();
}

std::string account_buckets_prefix(std::string_view account) {
  return KeyWriter(account, svc::kGlobalRegion, Space::kS3)
      .u8(static_cast<uint8_t>(KeyKind::kAccountBuckets))
      .key();
}

std::string account_bucket_key(std::string_view account, std::string_view bucket) {
  return account_buckets_prefix(account).append(bucket);
}

std::string objects_prefix(const Bucket& bucket) {
  return of_bucket(bucket, KeyKind::kObject).key();
}

std::string object_key(const Bucket& bucket, std::string_view key) {
  return of_bucket(bucket, KeyKind::kObject).raw(key).key();
}

std::string configs_prefix(const Bucket& bucket) {
  return of_bucket(bucket, KeyKind::kConfig).key();
}

std::string config_key(const Bucket& bucket, std::string_view kind) {
  return of_bucket(bucket, KeyKind::kConfig).raw(kind).key();
}

std::string uploads_prefix(const Bucket& bucket) {
  return of_bucket(bucket, KeyKind::kUpload).key();
}

std::string upload_key(const Bucket& bucket, std::string_view key, std::string_view upload_id) {
  return of_bucket(bucket, KeyKind::kUpload).str(key).raw(upload_id).key();
}

std::optional<UploadKeyParts> parse_upload_key(std::string_view store_key) {
  KeyReader reader(store_key);
  reader.u8();
  reader.str();
  std::optional<std::string> key = reader.str();
  if (!key) return std::nullopt;
  return UploadKeyParts{*std::move(key), std::string(reader.rest())};
}

std::string parts_prefix(const Bucket& bucket, std::string_view upload_id) {
  return of_bucket(bucket, KeyKind::kPart).str(upload_id).key();
}

std::string part_key(const Bucket& bucket, std::string_view upload_id, uint32_t number) {
  return of_bucket(bucket, KeyKind::kPart).str(upload_id).u32(number).key();
}

uint32_t part_number_of_key(std::string_view store_key) {
  KeyReader reader(store_key);
  reader.u8();
  reader.str();
  reader.str();
  return reader.u32().value_or(0);
}

std::string blob_key(std::string_view blob_id) { return global(KeyKind::kBlob).raw(blob_id).key(); }

std::string events_prefix() { return global(KeyKind::kEvent).key(); }

}  // namespace millrace::s3
