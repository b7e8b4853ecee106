// When bodies are compressed: requests by today's SDKs, answers when a client asks (codec/gzip.h
// does it). Free-threaded.
#pragma once

#include <string_view>

namespace millrace::server {

// Whether an Accept-Encoding header wants gzip.
bool accepts_gzip(std::string_view accept_encoding);

}  // namespace millrace::server
