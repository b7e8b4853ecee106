// Lambda's quotas, as AWS names them.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::lambda::limits {

inline constexpr int64_t kConcurrentExecutions = 1'000;
inline constexpr int64_t kUnreservedConcurrentExecutionsMin = 100;
inline constexpr int64_t kCodeSizeUnzippedMax = 262'144'000;
inline constexpr int64_t kCodeSizeZippedMax = 52'428'800;
inline constexpr int64_t kTotalCodeSize = 80'530'636'800;
inline constexpr size_t kEnvironmentBytesMax = 4'096;
inline constexpr int64_t kTimeoutSecondsMax = 900;
inline constexpr int64_t kMemoryMbMin = 128;
inline constexpr int64_t kMemoryMbMax = 10'240;
inline constexpr int64_t kEphemeralMbMin = 512;
inline constexpr int64_t kEphemeralMbMax = 10'240;
inline constexpr size_t kDescriptionCharactersMax = 256;
inline constexpr size_t kPolicyBytesMax = 20'480;
inline constexpr size_t kSyncPayloadBytesMax = 6'291'456;
inline constexpr size_t kAsyncPayloadBytesMax = 1'048'576;
inline constexpr int64_t kAsyncRetriesMax = 2;
inline constexpr int64_t kAsyncEventAgeSecondsMax = 21'600;
inline constexpr size_t kTagsMax = 50;

}  // namespace millrace::lambda::limits
