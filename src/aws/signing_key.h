// Keys derived for SigV4, kept as HMAC states: what costs is deriving them and setting them up, so
// each thread remembers a bounded number. Belongs to sigv4.cc and aws_chunked.cc.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "aws/credentials.h"

namespace millrace::aws {

struct KeyScope {
  std::string_view date;
  std::string_view region;
  std::string_view service;
};

using Sha256Digest = std::array<unsigned char, 32>;

// HMAC-SHA256 of `message` under the key derived for this secret and scope.
Sha256Digest hmac_with_signing_key(const Secret& secret, const KeyScope& scope,
                                   std::string_view message);
Sha256Digest sha256_digest(std::string_view bytes);
void append_hex(std::string& out, const Sha256Digest& digest);

}  // namespace millrace::aws
