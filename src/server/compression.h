// gzip for bodies that clients compress (request compression of today's SDKs) and for answers that they
// ask to be compressed. Bounded: a bomb is refused, not unpacked. Free-threaded.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::server {

// Errors: SerializationException (400) for what is no gzip or would unpack to more than `bytes_max`.
Result<std::string> gunzip(std::string_view compressed, size_t bytes_max);
std::string gzip(std::string_view plain);

// Whether an Accept-Encoding header wants gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace millrace::server
