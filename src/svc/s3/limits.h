// S3's limits, by AWS's names and numbers:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::s3 {

inline constexpr size_t kKeyBytesMax = 1024;
inline constexpr size_t kUserMetadataBytesMax = 2048;
inline constexpr int64_t kListKeysMax = 1000;
inline constexpr size_t kDeleteObjectsMax = 1000;
inline constexpr int64_t kPartNumberMax = 10'000;
inline constexpr uint64_t kPartBytesMin = 5ull << 20;
inline constexpr uint64_t kPutBytesMax = 5ull << 30;  // one PutObject, UploadPart or CopyObject
inline constexpr size_t kObjectTagsMax = 10;
inline constexpr size_t kBucketTagsMax = 50;
inline constexpr size_t kTagKeyCharsMax = 128;
inline constexpr size_t kTagValueCharsMax = 256;
inline constexpr size_t kPolicyBytesMax = 20 * 1024;

// Ours: bodies up to this size live in the store beside their metadata, larger ones in a file.
inline constexpr size_t kInlineBytesMax = 64 << 10;

}  // namespace millrace::s3
