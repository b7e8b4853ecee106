// Where DynamoDB's data is in the store: docs/formats.md, "DynamoDB". Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/attribute_value.h"
#include "store/key.h"
#include "svc/ports.h"

namespace millrace::dynamodb {

// The byte behind the space. On disk: frozen.
enum class Part : uint8_t {
  kTable = 1,
  kItem = 2,
  kIndexEntry = 3,
  kStreamRecord = 4,
  kStream = 5,
  kCounter = 6,
  kTags = 7,
  kExpiry = 8,
  kTransactionToken = 9,
  kWork = 10,
  kStreamTrim = 11,
};

store::KeyWriter part_key(const svc::Scope& scope, Part part);

// Appends a key attribute so that bytes sort as DynamoDB sorts values, ending itself.
// REQUIRES: S, N or B.
void append_key_part(std::string& out, const codec::AttributeValue& value);
// The same without the end, for "begins with". REQUIRES: S or B.
void append_key_prefix(std::string& out, const codec::AttributeValue& value);
// Four bytes that spread partitions evenly over a table, then the partition key itself.
void append_partition(std::string& out, const codec::AttributeValue& hash_key);
// The first of 2^32 places, for parallel scans.
void append_partition_place(std::string& out, uint32_t place);

}  // namespace millrace::dynamodb
