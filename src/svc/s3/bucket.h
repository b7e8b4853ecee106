// Buckets: the directory that every operation starts with, the rules of their names, and the
// sub-resources ("configs") that are kept and given back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/s3.h"
#include "svc/operation.h"

namespace millrace::s3 {

using svc::Context;

struct Bucket {
  std::string name;
  std::string account;  // the owner
  std::string region;
  Instant created;

  std::string arn() const { return "arn:aws:s3:::" + name; }
};

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
bool is_valid_bucket_name(std::string_view name);

// The bucket, wherever it is, or nothing.
Result<std::optional<Bucket>> find_bucket(store::Reader& reader, std::string_view name);
// The bucket as the request may use it. Errors: NoSuchBucket; AccessDenied when `expected_owner` is
// another account; AuthorizationHeaderMalformed with the right region when the request was signed
// for another one (SDKs read it and come again).
Result<Bucket> open_bucket(Context& ctx, std::string_view name,
                           const std::optional<std::string>& expected_owner);

void put_bucket(store::Txn& txn, const Bucket& bucket);
void delete_bucket_record(store::Txn& txn, const Bucket& bucket);
Result<Bucket> decode_bucket(std::string_view name, std::string_view value);

aws::s3::Owner owner_of(std::string_view account);

// Names of configs on disk: frozen.
namespace configs {
inline constexpr char kPolicy[] = "policy";
inline constexpr char kEncryption[] = "encryption";
inline constexpr char kPublicAccessBlock[] = "publicAccessBlock";
inline constexpr char kOwnershipControls[] = "ownershipControls";
inline constexpr char kTagging[] = "tagging";
inline constexpr char kVersioning[] = "versioning";
inline constexpr char kCors[] = "cors";
inline constexpr char kLifecycle[] = "lifecycle";
inline constexpr char kNotification[] = "notification";
}  // namespace configs

// A config as JSON of its shape.
Result<std::optional<std::string>> get_config_text(store::Reader& reader, const Bucket& bucket,
                                                   std::string_view kind);
Status parse_config(std::string_view text, const aws::Shape& shape, void* config);
std::string config_text(const aws::Shape& shape, const void* config);

// REQUIRES: `shape` is the shape of T.
template <class T>
Result<std::optional<T>> get_config(store::Reader& reader, const Bucket& bucket,
                                    std::string_view kind, const aws::Shape& shape) {
  MR_ASSIGN(std::optional<std::string> text, get_config_text(reader, bucket, kind));
  if (!text) return std::optional<T>();
  T config;
  MR_TRY(parse_config(*text, shape, &config));
  return std::optional<T>(std::move(config));
}

void put_config(store::Txn& txn, const Bucket& bucket, std::string_view kind, std::string text);

}  // namespace millrace::s3
