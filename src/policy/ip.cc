#include "policy/ip.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace millrace::policy {
namespace {

struct Address {
  std::array<uint8_t, 16> bytes{};
  int bits = 0;  // 32 or 128
};

std::optional<Address> parse_address(std::string_view text) {
  std::string copy(text);
  Address address;
  if (inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) {
    address.bits = 32;
  } else if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) {
    address.bits = 128;
  } else {
    return std::nullopt;
  }
  return address;
}

struct Range {
  Address base;
  int prefix = 0;
};

std::optional<Range> parse_range(std::string_view text) {
  size_t slash = text.find('/');
  auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  int prefix = base->bits;
  if (slash != std::string_view::npos) {
    std::string_view digits = text.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    if (prefix < 0 || prefix > base->bits) return std::nullopt;
  }
  return Range{*base, prefix};
}

}  // namespace

bool ip_in_range(std::string_view address, std::string_view range) {
  auto ip = parse_address(address);
  auto wanted = parse_range(range);
  if (!ip || !wanted || ip->bits != wanted->base.bits) return false;
  for (int bit = 0; bit < wanted->prefix; ++bit) {
    auto index = static_cast<size_t>(bit / 8);
    int mask = 0x80 >> (bit % 8);
    if ((ip->bytes[index] & mask) != (wanted->base.bytes[index] & mask)) return false;
  }
  return true;
}

bool is_ip_range(std::string_view range) { return parse_range(range).has_value(); }

}  // namespace millrace::policy
