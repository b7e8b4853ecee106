// gzip, whole texts in memory (libdeflate). Bounded: a bomb is refused, not unpacked.
// Free-threaded.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::codec {

// Fast rather than small.
std::string gzip(std::string_view plain);

// Errors: SerializationException (400) for what is no gzip or would unpack to more than
// `bytes_max`.
Result<std::string> gunzip(std::string_view compressed, size_t bytes_max);

}  // namespace millrace::codec
