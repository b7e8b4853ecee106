// The store keys of S3 (docs/formats.md, "S3"). Bucket names are one namespace for all accounts and
// regions, so the directory of buckets and the blobs are kept outside of any account; everything of
// a bucket is kept under its owner's account and its region.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::s3 {

struct Bucket;

// On disk: values are frozen.
enum class KeyKind : uint8_t {
  kDirectory = 1,       // bucket -> owner, region
  kAccountBuckets = 2,  // account's buckets
  kObject = 3,
  kConfig = 4,
  kUpload = 5,
  kPart = 6,
  kBlob = 7,
  kEvent = 8,
};

std::string directory_key(std::string_view bucket);
std::string account_buckets_prefix(std::string_view account);
std::string account_bucket_key(std::string_view account, std::string_view bucket);

std::string objects_prefix(const Bucket& bucket);
std::string object_key(const Bucket& bucket, std::string_view key);

std::string configs_prefix(const Bucket& bucket);
std::string config_key(const Bucket& bucket, std::string_view kind);

std::string uploads_prefix(const Bucket& bucket);
std::string upload_key(const Bucket& bucket, std::string_view key, std::string_view upload_id);
struct UploadKeyParts {
  std::string key;
  std::string upload_id;
};
std::optional<UploadKeyParts> parse_upload_key(std::string_view store_key);

std::string parts_prefix(const Bucket& bucket, std::string_view upload_id);
std::string part_key(const Bucket& bucket, std::string_view upload_id, uint32_t number);
uint32_t part_number_of_key(std::string_view store_key);

std::string blob_key(std::string_view blob_id);
std::string events_prefix();

}  // namespace millrace::s3
