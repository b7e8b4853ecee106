#include "codec/attribute_value_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <set>

#include "base/encoding.h"

namespace millrace::codec {

namespace {

constexpr char kInvalidPrefix[] = "One or more parameter values were invalid: ";
constexpr char kNotNumeric[] = "The parameter cannot be converted to a numeric value";

std::string invalid(std::string_view message) {
  return fmt::format("{}{}", kInvalidPrefix, message);
}

// What Java's BigDecimal, which AWS's older layer reads numbers with, makes of a well formed text
// whose magnitude is out of range: its scale is an int, and so is the sum that tells the magnitude.
std::string older_range_message(std::string_view text, const std::string& current) {
  const size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos) return current;
  std::string_view digits = text.substr(e + 1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int64_t exponent = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  const auto not_numeric = [&] { return fmt::format("{}: {}", kNotNumeric, text); };
  if (read.ec != std::errc()) return not_numeric();
  const std::string_view mantissa = text.substr(0, e);
  const size_t point = mantissa.find('.');
  const auto fraction =
      point == std::string_view::npos ? 0 : static_cast<int64_t>(mantissa.size() - point - 1);
  const int64_t scale = fraction - exponent;
  constexpr int64_t kIntMax = std::numeric_limits<int32_t>::max();
  if (scale > kIntMax || scale < -kIntMax - 1) return not_numeric();
  int64_t precision = std::ranges::count_if(mantissa, [](char c) { return c >= '0' && c <= '9'; });
  for (char c : mantissa) {
    if (c >= '1' && c <= '9') break;
    if (c == '0' && precision > 1) --precision;
  }
  if (precision - scale <= kIntMax) return current;
  return "Number underflow. Attempting to store a number with magnitude smaller than supported "
         "range";
}

InvalidValue number_fault(std::string_view text, const std::string& message) {
  if (text.empty()) return {message, kNotNumeric};
  const bool range = message.starts_with("Number overflow") || message.starts_with("Number under");
  return {message, range ? older_range_message(text, message) : message};
}

// The members as AWS lists a set with a duplicate: in order up to the first that comes again, then
// that one, then the rest as sent. Empty when there is no duplicate. Recorded by the DynamoDB
// conformance suite (paritysuite/dynamodb-conformance, valueLayers), October 2026.
std::vector<std::string> list_duplicates(const std::vector<std::string>& members) {
  std::set<std::string> seen;
  for (size_t i = 0; i < members.size(); ++i) {
    if (seen.insert(members[i]).second) continue;
    std::vector<std::string> listed(seen.begin(), seen.end());
    listed.insert(listed.end(), members.begin() + static_cast<ptrdiff_t>(i), members.end());
    return listed;
  }
  return {};
}

bool has_null(const SetMembers& members) {
  return std::ranges::any_of(members, [](const auto& member) { return !member; });
}

std::vector<std::string> present(const SetMembers& members) {
  std::vector<std::string> out;
  out.reserve(members.size());
  for (const auto& member : members)
    out.push_back(*member);
  return out;
}

std::string quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

std::vector<std::string> each(std::vector<std::string> texts, auto&& make) {
  for (auto& text : texts)
    text = make(text);
  return texts;
}

}  // namespace

AttributeValue checked_number(std::string_view text) {
  auto parsed = Decimal::parse(text);
  if (!parsed) return AttributeValue::of_invalid(number_fault(text, parsed.error().message()));
  return AttributeValue::of_n(*parsed);
}

AttributeValue checked_string_set(const SetMembers& members) {
  if (members.empty()) {
    return AttributeValue::of_invalid(invalid("An string set  may not be empty"));
  }
  if (has_null(members)) {
    return AttributeValue::of_invalid(
        invalid("An string set may not have a null string as a member"));
  }
  std::vector<std::string> texts = present(members);
  if (const auto listed = list_duplicates(texts); !listed.empty()) {
    return AttributeValue::of_invalid(
        InvalidValue{invalid(fmt::format("Input collection [{}] contains duplicates.",
                                         fmt::join(each(listed, quoted), ", "))),
                     invalid(fmt::format("Input collection [{}] contains duplicates.",
                                         fmt::join(texts, ", ")))});
  }
  return AttributeValue::of_ss(std::move(texts));
}

AttributeValue checked_number_set(const SetMembers& members) {
  if (members.empty()) {
    return AttributeValue::of_invalid(invalid("An number set  may not be empty"));
  }
  if (has_null(members)) {
    return AttributeValue::of_invalid(
        invalid("An number set may not have a null string as a member"));
  }
  std::vector<Decimal> numbers;
  numbers.reserve(members.size());
  for (const auto& text : members) {
    auto parsed = Decimal::parse(*text);
    if (!parsed) return AttributeValue::of_invalid(number_fault(*text, parsed.error().message()));
    numbers.push_back(*parsed);
  }
  std::ranges::sort(numbers);
  if (std::ranges::adjacent_find(numbers) != numbers.end()) {
    return AttributeValue::of_invalid(InvalidValue{invalid("Input collection contains duplicates."),
                                                   "Input collection contains duplicates"});
  }
  return AttributeValue::of_ns(std::move(numbers));
}

AttributeValue checked_binary_set(const SetMembers& members) {
  if (members.empty()) {
    return AttributeValue::of_invalid(invalid("Binary sets should not be empty"));
  }
  if (has_null(members)) {
    return AttributeValue::of_invalid(invalid("Binary sets may not contain null values"));
  }
  std::vector<std::string> blobs = present(members);
  if (const auto listed = list_duplicates(blobs); !listed.empty()) {
    const auto encoded = [](const std::string& bytes) { return base64_encode(bytes); };
    return AttributeValue::of_invalid(
        InvalidValue{invalid(fmt::format("Input collection [{}]of type BS contains duplicates.",
                                         fmt::join(each(each(listed, encoded), quoted), ","))),
                     invalid(fmt::format("Input collection [{}]of type BS contains duplicates.",
                                         fmt::join(each(blobs, encoded), ", ")))});
  }
  return AttributeValue::of_bs(std::move(blobs));
}

}  // namespace millrace::codec
