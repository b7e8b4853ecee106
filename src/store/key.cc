#include "store/key.h"

namespace millrace::store {
namespace {

constexpr char kEscape = '\x00';
constexpr char kEscapedZero = '\xFF';
constexpr char kEnd = '\x01';

void append_escaped(std::string& out, std::string_view part) {
  size_t from = 0;
  for (size_t zero = part.find('\0'); zero != std::string_view::npos;
       zero = part.find('\0', from)) {
    out.append(part.substr(from, zero - from));
    out.push_back(kEscape);
    out.push_back(kEscapedZero);
    from = zero + 1;
  }
  out.append(part.substr(from));
  out.push_back(kEscape);
  out.push_back(kEnd);
}

template <class Int>
void append_big_endian(std::string& out, Int value) {
  for (int shift = static_cast<int>(sizeof(Int)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}

template <class Int>
std::optional<Int> take_big_endian(std::string_view& rest) {
  if (rest.size() < sizeof(Int)) {
    rest = {};
    return std::nullopt;
  }
  Int value = 0;
  for (size_t i = 0; i < sizeof(Int); ++i) {
    value = static_cast<Int>((static_cast<uint64_t>(value) << 8) | static_cast<uint8_t>(rest[i]));
  }
  rest.remove_prefix(sizeof(Int));
  return value;
}

}  // namespace

KeyWriter::KeyWriter(std::string_view account, std::string_view region, Space space) {
  key_.reserve(64);
  str(account);
  str(region);
  u8(static_cast<uint8_t>(space));
}

KeyWriter& KeyWriter::str(std::string_view part) {
  append_escaped(key_, part);
  return *this;
}

KeyWriter& KeyWriter::u8(uint8_t part) {
  key_.push_back(static_cast<char>(part));
  return *this;
}

KeyWriter& KeyWriter::u32(uint32_t part) {
  append_big_endian(key_, part);
  return *this;
}

KeyWriter& KeyWriter::u64(uint64_t part) {
  append_big_endian(key_, part);
  return *this;
}

KeyWriter& KeyWriter::raw(std::string_view part) {
  key_.append(part);
  return *this;
}

KeyReader::KeyReader(std::string_view key) : rest_(key) {
  account_ = str().value_or("");
  region_ = str().value_or("");
  u8();
}

std::optional<std::string> KeyReader::str() {
  std::string part;
  for (size_t i = 0; i + 1 < rest_.size(); ++i) {
    if (rest_[i] != kEscape) {
      part.push_back(rest_[i]);
      continue;
    }
    char mark = rest_[++i];
    if (mark == kEnd) {
      rest_.remove_prefix(i + 1);
      return part;
    }
    if (mark != kEscapedZero) break;
    part.push_back('\0');
  }
  rest_ = {};
  return std::nullopt;
}

std::optional<uint8_t> KeyReader::u8() { return take_big_endian<uint8_t>(rest_); }
std::optional<uint32_t> KeyReader::u32() { return take_big_endian<uint32_t>(rest_); }
std::optional<uint64_t> KeyReader::u64() { return take_big_endian<uint64_t>(rest_); }

}  // namespace millrace::store
