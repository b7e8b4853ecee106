// Structs in CBOR, for rpc-v2-cbor: maps with text keys, instants under tag 1, absent members left
// out.
#pragma once

#include <string>
#include <string_view>

#include "aws/read_state.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::aws {

// Fills `structure`; an empty body counts as an empty map. Errors: SerializationException.
Status read_cbor_struct(const Shape& shape, std::string_view bytes, void* structure,
                        ReadState& state);
void append_cbor_struct(std::string& out, const Shape& shape, const void* structure);

}  // namespace millrace::aws
