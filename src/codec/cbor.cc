#include "codec/cbor.h"

#include <bit>
#include <cmath>
#include <limits>
#include <optional>

namespace millrace::codec {
namespace {

enum Major : uint8_t {
  kUnsigned,
  kNegative,
  kByteString,
  kTextString,
  kArray,
  kMap,
  kTag,
  kSimple
};
constexpr uint8_t kIndefinite = 31;
constexpr uint8_t kBreak = 0xFF;

Error bad(std::string message) {
  return Error("SerializationException", 400, "CBOR: " + std::move(message));
}

double half_to_double(uint16_t half) {
  const int exponent = half >> 10 & 0x1F;
  const int mantissa = half & 0x3FF;
  double value;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    value = std::ldexp(mantissa + 1024, exponent - 25);
  } else {
    value = mantissa == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  }
  return (half & 0x8000) != 0 ? -value : value;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return position_ == bytes_.size(); }

  Result<Cbor> read(int depth_left) {
    if (depth_left == 0) return bad("nested too deeply");
    MR_ASSIGN(const Head head, read_head());
    switch (head.major) {
      case kUnsigned: return number(static_cast<double>(head.argument), head.argument, 1);
      case kNegative: return number(-1.0 - static_cast<double>(head.argument), head.argument, -1);
      case kByteString: {
        MR_ASSIGN(std::string text, read_string(head));
        return Cbor(Cbor::Bytes{std::move(text)});
      }
      case kTextString: {
        MR_ASSIGN(std::string text, read_string(head));
        return Cbor(std::move(text));
      }
      case kArray: return read_array(head, depth_left);
      case kMap: return read_map(head, depth_left);
      case kTag: return read(depth_left - 1);
      default: return read_simple(head);
    }
  }

 private:
  struct Head {
    uint8_t major = 0;
    uint8_t additional = 0;
    uint64_t argument = 0;
    bool is_indefinite() const { return additional == kIndefinite; }
  };

  static Result<Cbor> number(double wide, uint64_t argument, int sign) {
    if (argument > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return Cbor(wide);
    const auto value = static_cast<int64_t>(argument);
    return Cbor(sign > 0 ? value : -1 - value);
  }

  std::optional<uint64_t> take_integer(size_t size) {
    if (bytes_.size() - position_ < size) return std::nullopt;
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i)
      value = value << 8 | static_cast<uint8_t>(bytes_[position_++]);
    return value;
  }

  Result<Head> read_head() {
    auto initial = take_integer(1);
    if (!initial) return bad("unexpected end");
    Head head;
    head.major = static_cast<uint8_t>(*initial >> 5);
    head.additional = static_cast<uint8_t>(*initial & 31);
    if (head.additional < 24) {
      head.argument = head.additional;
    } else if (head.additional < 28) {
      auto argument = take_integer(size_t{1} << (head.additional - 24));
      if (!argument) return bad("unexpected end");
      head.argument = *argument;
    } else if (!head.is_indefinite() || head.major < kByteString || head.major == kTag) {
      return bad("reserved additional information");
    }
    return head;
  }

  bool take_break() {
    if (at_end() || static_cast<uint8_t>(bytes_[position_]) != kBreak) return false;
    ++position_;
    return true;
  }

  Result<std::string> read_string(Head head) {
    if (!head.is_indefinite()) {
      if (bytes_.size() - position_ < head.argument) return bad("unexpected end");
      std::string out(bytes_.substr(position_, head.argument));
      position_ += head.argument;
      return out;
    }
    std::string out;
    while (!take_break()) {
      MR_ASSIGN(const Head chunk, read_head());
      if (chunk.major != head.major || chunk.is_indefinite()) return bad("bad chunk of a string");
      MR_ASSIGN(const std::string text, read_string(chunk));
      out += text;
    }
    return out;
  }

  Result<Cbor> read_array(Head head, int depth_left) {
    Cbor::Array items;
    for (uint64_t i = 0; head.is_indefinite() || i < head.argument; ++i) {
      if (head.is_indefinite() && take_break()) break;
      MR_ASSIGN(Cbor item, read(depth_left - 1));
      items.push_back(std::move(item));
    }
    return Cbor(std::move(items));
  }

  Result<Cbor> read_map(Head head, int depth_left) {
    Cbor::Map entries;
    for (uint64_t i = 0; head.is_indefinite() || i < head.argument; ++i) {
      if (head.is_indefinite() && take_break()) break;
      MR_ASSIGN(const Head key, read_head());
      if (key.major != kTextString) return bad("a map's key must be text");
      MR_ASSIGN(std::string name, read_string(key));
      MR_ASSIGN(Cbor value, read(depth_left - 1));
      entries.push_back({std::move(name), std::move(value)});
    }
    return Cbor(std::move(entries));
  }

  Result<Cbor> read_simple(Head head) {
    switch (head.additional) {
      case 20: return Cbor(false);
      case 21: return Cbor(true);
      case 22:
      case 23: return Cbor(Cbor::Null{});
      case 25: return Cbor(half_to_double(static_cast<uint16_t>(head.argument)));
      case 26:
        return Cbor(
            static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(head.argument))));
      case 27: return Cbor(std::bit_cast<double>(head.argument));
      default: return bad("unexpected simple value");
    }
  }

  std::string_view bytes_;
  size_t position_ = 0;
};

void append_head(std::string& out, uint8_t major, uint64_t argument) {
  const auto append_bytes = [&](uint8_t additional, int size) {
    out += static_cast<char>(major << 5 | additional);
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      out += static_cast<char>(argument >> shift);
    }
  };
  if (argument < 24) {
    out += static_cast<char>(major << 5 | argument);
  } else if (argument <= 0xFF) {
    append_bytes(24, 1);
  } else if (argument <= 0xFFFF) {
    append_bytes(25, 2);
  } else if (argument <= 0xFFFFFFFF) {
    append_bytes(26, 4);
  } else {
    append_bytes(27, 8);
  }
}

}  // namespace

Result<Cbor> Cbor::parse(std::string_view bytes) {
  Reader reader(bytes);
  MR_ASSIGN(Cbor value, reader.read(kDepthMax));
  if (!reader.at_end()) return bad("bytes after the value");
  return value;
}

void append_cbor_null(std::string& out) { out += static_cast<char>(0xF6); }

void append_cbor_bool(std::string& out, bool value) {
  out += static_cast<char>(value ? 0xF5 : 0xF4);
}

void append_cbor_int(std::string& out, int64_t value) {
  if (value >= 0) {
    append_head(out, kUnsigned, static_cast<uint64_t>(value));
  } else {
    append_head(out, kNegative, static_cast<uint64_t>(-1 - value));
  }
}

void append_cbor_double(std::string& out, double value) {
  out += static_cast<char>(0xFB);
  const auto bits = std::bit_cast<uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(bits >> shift);
}

void append_cbor_text(std::string& out, std::string_view text) {
  append_head(out, kTextString, text.size());
  out += text;
}

void append_cbor_bytes(std::string& out, std::string_view bytes) {
  append_head(out, kByteString, bytes.size());
  out += bytes;
}

void append_cbor_array(std::string& out, uint64_t count) { append_head(out, kArray, count); }

void append_cbor_map(std::string& out, uint64_t count) { append_head(out, kMap, count); }

void append_cbor_tag(std::string& out, uint64_t tag) { append_head(out, kTag, tag); }

}  // namespace millrace::codec
