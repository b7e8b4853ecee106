// AttributeValue and Item as bytes on disk: docs/formats.md, "Item". Compact and canonical: equal
// items have equal bytes. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/attribute_value.h"

namespace millrace::codec {

// REQUIRES: nothing invalid inside; nesting within kNestingLevelsMax.
void encode_item(std::string& out, const Item& item);
std::string encode_item(const Item& item);
// Errors: InternalFailure for bytes that encode_item did not write.
Result<Item> decode_item(std::string_view bytes);

// One value without the version byte; for use inside other formats.
void encode_value(std::string& out, const AttributeValue& value);
Result<AttributeValue> decode_value(std::string_view& in);

}  // namespace millrace::codec
