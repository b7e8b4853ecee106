#include "svc/dynamodb/store_keys.h"

#include "base/hash.h"

namespace millrace::dynamodb {

using codec::AttributeValue;
using Type = AttributeValue::Type;

store::KeyWriter part_key(const svc::Scope& scope, Part part) {
  store::KeyWriter key(scope.account, scope.region, store::Space::kDynamoDb);
  key.u8(static_cast<uint8_t>(part));
  return key;
}

void append_key_prefix(std::string& out, const AttributeValue& value) {
  const std::string& bytes = value.is(Type::kS) ? value.s() : value.b();
  for (char c : bytes) {
    out += c;
    if (c == '\0') out += '\xFF';
  }
}

void append_key_part(std::string& out, const AttributeValue& value) {
  if (value.is(Type::kN)) return value.n().encode_ordered(out);
  append_key_prefix(out, value);
  out += '\0';
  out += '\x01';
}

void append_partition_place(std::string& out, uint32_t place) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(place >> shift);
}

void append_partition(std::string& out, const AttributeValue& hash_key) {
  std::string part;
  append_key_part(part, hash_key);
  append_partition_place(out, crc32c(part));
  out += part;
}

}  // namespace millrace::dynamodb
