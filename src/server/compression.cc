#include "server/compression.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::server {

bool accepts_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    std::string_view part = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(accept_encoding.size(), part.size() + 1));
    while (part.starts_with(' '))
      part.remove_prefix(1);
    std::string_view name = part.substr(0, part.find_first_of("; "));
    if (!ascii_iequals(name, "gzip")) continue;
    return part.find("q=0") == std::string_view::npos ||
           part.find("q=0.") != std::string_view::npos;
  }
  return false;
}

}  // namespace millrace::server
