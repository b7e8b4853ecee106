// Decimal: a DynamoDB number. Up to 38 significant digits, magnitude 1E-130 to 9.99…E+125, or zero.
// Exact: an operation that cannot keep every digit is an error, never a rounding.
//
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
// Thread safety: a value.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::codec {

class Decimal {
 public:
  static constexpr int kDigitsMax = 38;
  // Power of ten of the leading digit.
  static constexpr int kMagnitudeMax = 125;
  static constexpr int kMagnitudeMin = -130;
  // Bound of encode_ordered(): marker, magnitude, 19 digit pairs, end.
  static constexpr size_t kOrderedSizeMax = 22;

  Decimal() = default;  // zero
  explicit Decimal(int64_t value);

  // Takes what AWS takes: sign, digits with or without a point, exponent. Errors are
  // ValidationExceptions with AWS's messages (not a number, overflow, underflow, precision).
  static Result<Decimal> parse(std::string_view text);

  // As DynamoDB answers it: plain digits without exponent, no trailing zeros, "0" for zero.
  std::string to_string() const;
  void append_to(std::string& out) const;

  // ValidationException when the result leaves the range or needs more than 38 digits.
  Result<Decimal> plus(const Decimal& other) const;
  Result<Decimal> minus(const Decimal& other) const;
  Decimal negated() const;

  bool is_zero() const { return hi_ == 0 && lo_ == 0; }
  // The value where it is an integer of this width; used for TTL and list sizes.
  bool to_int64(int64_t& out) const;

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const = default;

  // Bytes DynamoDB counts for this number: one for each two digits (aligned to powers of 100), one,
  // and one more for a negative.
  size_t size_bytes() const;

  // Appends an encoding whose byte order is the order of numbers, and which ends itself, so that
  // other key parts may follow. Format "ordered number" in docs/formats.md.
  void encode_ordered(std::string& out) const;
  // Reads one from the front of `in` and moves `in` behind it. Error: damaged bytes.
  static Result<Decimal> decode_ordered(std::string_view& in);

 private:
  // Value = ±coefficient * 10^exponent. The coefficient has no trailing zero; zero is all zeros.
  // Two words rather than __int128, which would align every AttributeValue to 16 bytes.
  uint64_t hi_ = 0;
  uint64_t lo_ = 0;
  int16_t exponent_ = 0;
  bool negative_ = false;

  friend struct DecimalOps;
};

}  // namespace millrace::codec
