#include "codec/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace millrace::codec {

__extension__ typedef unsigned __int128 uint128;

namespace {

constexpr uint128 pow10(int n) {
  uint128 result = 1;
  while (n-- > 0)
    result *= 10;
  return result;
}

constexpr auto kPow10 = [] {
  std::array<uint128, 39> table{};
  for (int i = 0; i < 39; ++i)
    table[i] = pow10(i);
  return table;
}();

int digit_count(uint128 value) {
  if (value == 0) return 1;
  const auto hi = static_cast<uint64_t>(value >> 64);
  const int bits =
      hi != 0 ? 128 - __builtin_clzll(hi) : 64 - __builtin_clzll(static_cast<uint64_t>(value));
  // 1233/4096 is just below log10(2); the guess is right or one too small.
  const int guess = (bits * 1233) >> 12;
  return guess + (guess < 39 && value >= kPow10[guess] ? 1 : 0);
}

Error validation(std::string message) {
  return Error("ValidationException", 400, std::move(message));
}

Error overflow() {
  return validation(
      "Number overflow. Attempting to store a number with magnitude larger than supported range");
}

Error underflow() {
  return validation(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range");
}

Error too_precise() {
  return validation("Attempting to store more than 38 significant digits in a Number");
}

Error not_numeric(std::string_view text) {
  return validation(fmt::format("The parameter cannot be converted to a numeric value: {}", text));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Far outside the range on both sides, so that sums with a digit position cannot overflow.
constexpr int64_t kExponentClamp = 1'000'000'000'000;

// Reads "[eE][+-]digits" at `pos`. False on a malformed exponent.
bool read_exponent(std::string_view text, size_t& pos, int64_t& exponent) {
  ++pos;
  bool negative = false;
  if (pos < text.size() && (text[pos] == '+' || text[pos] == '-')) negative = text[pos++] == '-';
  if (pos == text.size() || !is_digit(text[pos])) return false;
  for (; pos < text.size() && is_digit(text[pos]); ++pos) {
    if (exponent < kExponentClamp) exponent = exponent * 10 + (text[pos] - '0');
  }
  if (negative) exponent = -exponent;
  return true;
}

}  // namespace

struct DecimalOps {
  static uint128 coefficient(const Decimal& d) { return (uint128{d.hi_} << 64) | d.lo_; }

  // The leading digit's power of ten.
  static int magnitude(const Decimal& d) { return d.exponent_ + digit_count(coefficient(d)) - 1; }

  // REQUIRES: the value is in range.
  static Decimal make(uint128 coefficient, int exponent, bool negative) {
    Decimal d;
    if (coefficient == 0) return d;
    while (coefficient % 10 == 0) {
      coefficient /= 10;
      ++exponent;
    }
    d.hi_ = static_cast<uint64_t>(coefficient >> 64);
    d.lo_ = static_cast<uint64_t>(coefficient);
    d.exponent_ = static_cast<int16_t>(exponent);
    d.negative_ = negative;
    return d;
  }

  static Result<Decimal> make_checked(uint128 coefficient, int exponent, bool negative) {
    if (coefficient == 0) return Decimal{};
    const int magnitude = exponent + digit_count(coefficient) - 1;
    if (magnitude > Decimal::kMagnitudeMax) return overflow();
    if (magnitude < Decimal::kMagnitudeMin) return underflow();
    Decimal d = make(coefficient, exponent, negative);
    if (digit_count(DecimalOps::coefficient(d)) > Decimal::kDigitsMax) return too_precise();
    return d;
  }

  // |a| <=> |b|.
  static std::strong_ordering compare_magnitude(const Decimal& a, const Decimal& b) {
    if (a.is_zero() || b.is_zero()) return !a.is_zero() <=> !b.is_zero();
    if (auto order = magnitude(a) <=> magnitude(b); order != 0) return order;
    // Equal leading positions: at most 37 zeros bring both to one exponent.
    uint128 x = coefficient(a);
    uint128 y = coefficient(b);
    if (a.exponent_ > b.exponent_) x *= kPow10[a.exponent_ - b.exponent_];
    if (b.exponent_ > a.exponent_) y *= kPow10[b.exponent_ - a.exponent_];
    return x <=> y;
  }
};

Decimal::Decimal(int64_t value) {
  const bool negative = value < 0;
  const uint64_t magnitude = negative ? ~static_cast<uint64_t>(value) + 1 : value;
  *this = DecimalOps::make(magnitude, 0, negative);
}

Result<Decimal> Decimal::parse(std::string_view text) {
  size_t pos = 0;
  bool negative = false;
  if (pos < text.size() && (text[pos] == '+' || text[pos] == '-')) negative = text[pos++] == '-';

  uint128 coefficient = 0;
  int64_t exponent = 0;       // of the last digit taken into the coefficient
  int64_t pending_zeros = 0;  // zeros that count only if another digit follows
  int significant = 0;        // digits in the coefficient
  bool too_many = false;
  bool any_digit = false;
  bool seen_point = false;
  int64_t first_position = 0;  // power of ten of the first significant digit before the exponent
  int64_t integer_digits = 0;  // digits before the point, after the first significant one
  int64_t fraction_digits = 0;
  for (; pos < text.size(); ++pos) {
    const char c = text[pos];
    if (c == '.') {
      if (seen_point) return not_numeric(text);
      seen_point = true;
      continue;
    }
    if (!is_digit(c)) break;
    any_digit = true;
    if (seen_point) ++fraction_digits;
    if (significant > 0 && !seen_point) ++integer_digits;
    if (c == '0') {
      if (significant > 0) ++pending_zeros;
      continue;
    }
    if (significant == 0) first_position = seen_point ? -fraction_digits : 0;
    if (significant + pending_zeros + 1 > kDigitsMax) {
      too_many = true;
      significant = std::max(significant, 1);
      continue;
    }
    coefficient = coefficient * kPow10[pending_zeros + 1] + static_cast<uint64_t>(c - '0');
    significant += static_cast<int>(pending_zeros) + 1;
    pending_zeros = 0;
  }
  if (!any_digit) return not_numeric(text);
  if (pos < text.size() && (text[pos] == 'e' || text[pos] == 'E')) {
    if (!read_exponent(text, pos, exponent)) return not_numeric(text);
  }
  if (pos != text.size()) return not_numeric(text);
  if (significant == 0) return Decimal{};

  const int64_t magnitude = first_position + integer_digits + exponent;
  if (magnitude > kMagnitudeMax) return overflow();
  if (magnitude < kMagnitudeMin) return underflow();
  if (too_many) return too_precise();
  return DecimalOps::make(coefficient, static_cast<int>(magnitude) - (significant - 1), negative);
}

void Decimal::append_to(std::string& out) const {
  if (is_zero()) {
    out += '0';
    return;
  }
  uint128 coefficient = DecimalOps::coefficient(*this);
  char digits[40];
  int count = 0;
  for (; coefficient > UINT64_MAX; coefficient /= 10) {
    digits[sizeof digits - ++count] = static_cast<char>('0' + static_cast<int>(coefficient % 10));
  }
  for (auto low = static_cast<uint64_t>(coefficient); low != 0; low /= 10) {
    digits[sizeof digits - ++count] = static_cast<char>('0' + low % 10);
  }
  const char* first = digits + sizeof digits - count;
  if (negative_) out += '-';
  const int point = count + exponent_;  // digits before the point
  if (exponent_ >= 0) {
    out.append(first, count).append(exponent_, '0');
  } else if (point > 0) {
    out.append(first, point).append(1, '.').append(first + point, count - point);
  } else {
    out.append("0.").append(-point, '0').append(first, count);
  }
}

std::string Decimal::to_string() const {
  std::string out;
  append_to(out);
  return out;
}

Result<Decimal> Decimal::plus(const Decimal& other) const {
  if (is_zero()) return other;
  if (other.is_zero()) return *this;
  const Decimal& high = exponent_ >= other.exponent_ ? *this : other;
  const Decimal& low = exponent_ >= other.exponent_ ? other : *this;
  const int shift = high.exponent_ - low.exponent_;
  // The scaled coefficient must stay within 39 digits: beyond that the sum has more than 38, as the
  // last digit of `low` is not zero. (Or it is far larger than the range; AWS names the precision.)
  const uint128 high_coefficient = DecimalOps::coefficient(high);
  if (digit_count(high_coefficient) + shift > kDigitsMax) {
    // One case still fits: 39 digits, brought back to 38 by a subtraction.
    if (high.negative_ == low.negative_ || digit_count(high_coefficient) + shift > kDigitsMax + 1 ||
        high_coefficient > ~uint128{0} / kPow10[std::min(shift, 38)]) {
      return too_precise();
    }
  }
  const uint128 x = high_coefficient * kPow10[shift];
  const uint128 y = DecimalOps::coefficient(low);
  // Both are below 2^127 (38 digits) or subtracted, so neither branch wraps.
  if (high.negative_ == low.negative_) {
    return DecimalOps::make_checked(x + y, low.exponent_, low.negative_);
  }
  if (x >= y) return DecimalOps::make_checked(x - y, low.exponent_, high.negative_);
  return DecimalOps::make_checked(y - x, low.exponent_, low.negative_);
}

Result<Decimal> Decimal::minus(const Decimal& other) const { return plus(other.negated()); }

Decimal Decimal::negated() const {
  Decimal result = *this;
  if (!is_zero()) result.negative_ = !negative_;
  return result;
}

bool Decimal::to_int64(int64_t& out) const {
  if (is_zero()) {
    out = 0;
    return true;
  }
  if (exponent_ < 0 || DecimalOps::magnitude(*this) > 18) return false;
  const uint128 value = DecimalOps::coefficient(*this) * kPow10[exponent_];
  if (value > INT64_MAX) return false;
  out = static_cast<int64_t>(value);
  if (negative_) out = -out;
  return true;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (negative_ != other.negative_) {
    return negative_ ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return negative_ ? DecimalOps::compare_magnitude(other, *this)
                   : DecimalOps::compare_magnitude(*this, other);
}

size_t Decimal::size_bytes() const {
  if (is_zero()) return 1;
  const int digits = digit_count(DecimalOps::coefficient(*this));
  const bool leading_alone = DecimalOps::magnitude(*this) % 2 == 0;
  const int pairs = leading_alone ? 1 + digits / 2 : (digits + 1) / 2;
  return 1 + pairs + (negative_ ? 1 : 0);
}

namespace {
// Frozen: on disk in every key.
constexpr uint8_t kOrderedNegative = 0x40;
constexpr uint8_t kOrderedZero = 0x80;
constexpr uint8_t kOrderedPositive = 0xC0;
}  // namespace

void Decimal::encode_ordered(std::string& out) const {
  if (is_zero()) {
    out += static_cast<char>(kOrderedZero);
    return;
  }
  const uint128 coefficient = DecimalOps::coefficient(*this);
  const int digits = digit_count(coefficient);
  const uint8_t flip = negative_ ? 0xFF : 0x00;
  uint8_t buffer[kOrderedSizeMax];
  size_t size = 0;
  buffer[size++] = negative_ ? kOrderedNegative : kOrderedPositive;
  buffer[size++] = static_cast<uint8_t>((exponent_ + digits - 1) - kMagnitudeMin) ^ flip;
  // Pairs from the front: an odd last digit is followed by an implied zero.
  const int pairs = (digits + 1) / 2;
  uint128 rest = digits % 2 != 0 ? coefficient * 10 : coefficient;
  for (int i = pairs - 1; i >= 0; --i) {
    if (rest <= UINT64_MAX) {
      auto low = static_cast<uint64_t>(rest);
      for (; i >= 0; --i, low /= 100)
        buffer[size + i] = static_cast<uint8_t>(low % 100 + 1) ^ flip;
      break;
    }
    buffer[size + i] = static_cast<uint8_t>(static_cast<int>(rest % 100) + 1) ^ flip;
    rest /= 100;
  }
  size += pairs;
  buffer[size++] = flip;
  out.append(reinterpret_cast<const char*>(buffer), size);
}

Result<Decimal> Decimal::decode_ordered(std::string_view& in) {
  const auto damaged = [] { return Error::internal("damaged number encoding"); };
  if (in.empty()) return damaged();
  const auto marker = static_cast<uint8_t>(in[0]);
  if (marker == kOrderedZero) {
    in.remove_prefix(1);
    return Decimal{};
  }
  if (marker != kOrderedNegative && marker != kOrderedPositive) return damaged();
  const bool negative = marker == kOrderedNegative;
  const uint8_t flip = negative ? 0xFF : 0x00;
  if (in.size() < 4) return damaged();
  const int magnitude = (static_cast<uint8_t>(in[1]) ^ flip) + kMagnitudeMin;
  uint128 coefficient = 0;
  int digits = 0;
  int pair = 0;
  for (size_t pos = 2; pos < in.size(); ++pos) {
    const uint8_t byte = static_cast<uint8_t>(in[pos]) ^ flip;
    if (byte == 0) {
      if (digits == 0 || pair == 0) return damaged();
      in.remove_prefix(pos + 1);
      return DecimalOps::make(coefficient, magnitude - (digits - 1), negative);
    }
    if (byte > 100 || digits == kDigitsMax) return damaged();
    pair = byte - 1;
    // Every number has one encoding: it starts with a digit that is no zero, and ends so.
    if (digits == 0 && pair < 10) return damaged();
    coefficient = coefficient * 100 + static_cast<unsigned>(pair);
    digits += 2;
  }
  return damaged();
}

}  // namespace millrace::codec
