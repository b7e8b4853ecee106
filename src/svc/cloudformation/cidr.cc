#include "svc/cloudformation/cidr.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

constexpr int kBlocksMax = 256;

using Address = std::array<unsigned char, 16>;

// Adds 2^bit to the number that the first `size` bytes are; what overflows is lost.
void add_power(Address& address, size_t size, int bit) {
  size_t at = size - 1 - static_cast<size_t>(bit) / 8;
  unsigned sum = address[at] + (1u << (bit % 8));
  while (true) {
    address[at] = static_cast<unsigned char>(sum);
    if (sum < 256 || at == 0) return;
    --at;
    sum = address[at] + 1u;
  }
}

void clear_below(Address& address, size_t size, int bits) {
  for (int bit = 0; bit < bits; ++bit) {
    address[size - 1 - static_cast<size_t>(bit) / 8] &=
        static_cast<unsigned char>(~(1u << (bit % 8)));
  }
}

}  // namespace

Result<std::vector<std::string>> cidr_blocks(const CidrRequest& request) {
  Error refused = validation_error(
      fmt::format("Template error: Fn::Cidr cannot cut {} into {} blocks with {} host bits",
                  request.block, request.count, request.host_bits));
  size_t slash = request.block.find('/');
  if (slash == std::string::npos) return refused;
  std::string base = request.block.substr(0, slash);
  int family = base.find(':') == std::string::npos ? AF_INET : AF_INET6;
  size_t size = family == AF_INET ? 4 : 16;
  int width = static_cast<int>(size) * 8;
  int prefix = -1;
  const char* end = request.block.data() + request.block.size();
  auto read = std::from_chars(request.block.data() + slash + 1, end, prefix);
  Address address{};
  bool valid = read.ec == std::errc() && read.ptr == end && prefix >= 0 && prefix <= width &&
               inet_pton(family, base.c_str(), address.data()) == 1;
  int bits = request.host_bits;
  if (!valid || request.count < 1 || request.count > kBlocksMax) return refused;
  if (bits < 1 || bits > width - prefix) return refused;
  int room = width - prefix - bits;  // 2^room blocks fit
  if (room < 8 && request.count > 1 << room) return refused;
  clear_below(address, size, width - prefix);
  std::vector<std::string> blocks;
  for (int i = 0; i < request.count; ++i) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, address.data(), text.data(), text.size());
    blocks.push_back(fmt::format("{}/{}", text.data(), width - bits));
    add_power(address, size, bits);
  }
  return blocks;
}

}  // namespace millrace::cloudformation
