// DynamoDB's limits, named as AWS names them.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::dynamodb {

inline constexpr size_t kItemBytesMax = 400 * 1024;
inline constexpr size_t kPartitionKeyBytesMax = 2048;
inline constexpr size_t kSortKeyBytesMax = 1024;
inline constexpr size_t kAttributeNameBytesMax = 65535;
inline constexpr size_t kKeyAttributeNameBytesMax = 255;
inline constexpr size_t kPageBytesMax = 1024 * 1024;  // of one Query or Scan answer
inline constexpr size_t kBatchGetBytesMax = 16 * 1024 * 1024;
inline constexpr size_t kBatchGetKeysMax = 100;
inline constexpr size_t kBatchWriteRequestsMax = 25;
inline constexpr size_t kTransactBytesMax = 4 * 1024 * 1024;
inline constexpr size_t kGlobalIndexesMax = 20;
inline constexpr size_t kLocalIndexesMax = 5;
inline constexpr size_t kProjectedAttributesMax = 100;  // over all indexes of a table
inline constexpr size_t kTagsMax = 50;
inline constexpr size_t kTagKeyCharactersMax = 128;
inline constexpr size_t kTagValueCharactersMax = 256;
inline constexpr int64_t kCapacityUnitsMax = 1'000'000'000'000;

inline constexpr int64_t kStreamRetentionMs = 24LL * 3600 * 1000;
inline constexpr int64_t kShardIteratorLifeMs = 15LL * 60 * 1000;
inline constexpr size_t kStreamPageRecordsMax = 1000;
inline constexpr size_t kStreamPageBytesMax = 1024 * 1024;
inline constexpr int64_t kTransactionTokenLifeMs = 10LL * 60 * 1000;

// How long a table is CREATING, UPDATING or DELETING. AWS takes seconds; here the state is shown in
// the answer and is over by the time a client can ask again.
inline constexpr int64_t kTableTransitionMs = 1;

}  // namespace millrace::dynamodb
