#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "expr/event_pattern_node.h"

namespace millrace::expr {
namespace {

using codec::Json;
using Kind = PatternMatcher::Kind;

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html
constexpr double kNumberMax = 5e9;

std::optional<uint32_t> parse_ipv4(std::string_view text) {
  uint32_t address = 0;
  int parts = 0;
  while (true) {
    size_t dot = text.find('.');
    std::string_view part = text.substr(0, dot);
    uint32_t value = 0;
    if (part.empty() || part.size() > 3) return std::nullopt;
    for (char c : part) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + static_cast<uint32_t>(c - '0');
    }
    if (value > 255) return std::nullopt;
    address = address << 8 | value;
    ++parts;
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  return parts == 4 ? std::optional(address) : std::nullopt;
}

Result<PatternMatcher> text_matcher(Kind kind, const Json& value, std::string_view name) {
  PatternMatcher matcher{.kind = kind};
  const Json* text = &value;
  if ((kind == Kind::kPrefix || kind == Kind::kSuffix) && value.is_object() &&
      value.as_object()->size() == 1 && value.find("equals-ignore-case") != nullptr) {
    text = value.find("equals-ignore-case");
    matcher.ignore_case = true;
  }
  if (!text->is_string())
    return invalid_pattern(fmt::format("{} match pattern must be a string", name));
  matcher.text = *text->as_string();
  if (matcher.ignore_case || kind == Kind::kEqualsIgnoreCase)
    matcher.text = ascii_lower(matcher.text);
  if (matcher.text.empty() && (kind == Kind::kPrefix || kind == Kind::kSuffix)) {
    return invalid_pattern("Null prefix/suffix not allowed");
  }
  return matcher;
}

Result<PatternMatcher> wildcard_matcher(const Json& value) {
  MR_ASSIGN(PatternMatcher matcher, text_matcher(Kind::kWildcard, value, "wildcard"));
  const std::string& text = matcher.text;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*' && i + 1 < text.size() && text[i + 1] == '*') {
      return invalid_pattern(fmt::format("Consecutive wildcard characters at pos {}", i));
    }
    if (text[i] != '\\') continue;
    if (i + 1 >= text.size() || (text[i + 1] != '*' && text[i + 1] != '\\')) {
      return invalid_pattern(fmt::format("Invalid escape character at pos {}", i));
    }
    ++i;
  }
  return matcher;
}

Result<PatternMatcher> numeric_matcher(const Json& value) {
  if (!value.is_array()) return invalid_pattern("Value of numeric must be an array.");
  const Json::Array& parts = *value.as_array();
  if (parts.empty() || parts.size() % 2 != 0 || parts.size() > 4) {
    return invalid_pattern("Invalid member in numeric match: operators and numbers come in pairs");
  }
  PatternMatcher matcher{.kind = Kind::kNumeric};
  for (size_t i = 0; i < parts.size(); i += 2) {
    const std::string* op = parts[i].as_string();
    if (op == nullptr || (*op != "<" && *op != "<=" && *op != ">" && *op != ">=" && *op != "=")) {
      return invalid_pattern("Unrecognized numeric range operator");
    }
    if (!parts[i + 1].is_number()) {
      return invalid_pattern(fmt::format("Value of {} must be numeric", *op));
    }
    double number = parts[i + 1].number();
    if (number < -kNumberMax || number > kNumberMax) {
      return invalid_pattern(
          fmt::format("Value must be between -{0:.1E} and {0:.1E}, inclusive", kNumberMax));
    }
    matcher.bounds.emplace_back(*op, number);
  }
  bool range = matcher.bounds.size() == 2;
  if (range && (matcher.bounds[0].first[0] != '>' || matcher.bounds[1].first[0] != '<')) {
    return invalid_pattern("Bad numeric range operator: a range has a lower bound, then an upper");
  }
  if (range && matcher.bounds[0].second >= matcher.bounds[1].second) {
    return invalid_pattern("Bottom must be less than top");
  }
  return matcher;
}

Result<PatternMatcher> cidr_matcher(const Json& value) {
  const std::string* text = value.as_string();
  size_t slash = text == nullptr ? std::string::npos : text->find('/');
  if (slash == std::string::npos) return invalid_pattern("Malformed CIDR, one '/' required");
  auto network = parse_ipv4(std::string_view(*text).substr(0, slash));
  std::string_view bits_text = std::string_view(*text).substr(slash + 1);
  if (!network) return invalid_pattern("only IPv4 networks are supported by Millrace in cidr");
  uint32_t bits = 0;
  bool valid = !bits_text.empty() && bits_text.size() <= 2;
  for (char c : bits_text) {
    valid = valid && c >= '0' && c <= '9';
    bits = bits * 10 + static_cast<uint32_t>(c - '0');
  }
  if (!valid || bits > 32) return invalid_pattern("Malformed CIDR, mask bits must be an integer");
  PatternMatcher matcher{.kind = Kind::kCidr};
  matcher.mask = bits == 0 ? 0 : ~uint32_t{0} << (32 - bits);
  matcher.network = *network & matcher.mask;
  return matcher;
}

Result<PatternMatcher> anything_but_matcher(const Json& value);

Result<PatternMatcher> operator_matcher(std::string_view name, const Json& value) {
  if (name == "prefix") return text_matcher(Kind::kPrefix, value, name);
  if (name == "suffix") return text_matcher(Kind::kSuffix, value, name);
  if (name == "equals-ignore-case") return text_matcher(Kind::kEqualsIgnoreCase, value, name);
  if (name == "wildcard") return wildcard_matcher(value);
  if (name == "numeric") return numeric_matcher(value);
  if (name == "cidr") return cidr_matcher(value);
  if (name == "anything-but") return anything_but_matcher(value);
  if (name == "exists") {
    if (!value.is_bool())
      return invalid_pattern("exists match pattern must be either true or false.");
    return PatternMatcher{.kind = Kind::kExists, .should_exist = *value.as_bool()};
  }
  return invalid_pattern(fmt::format("Unrecognized match type {}", name));
}

// Scalars, a list of them, or one of the text operators over a text or a list of texts.
Result<PatternMatcher> anything_but_matcher(const Json& value) {
  PatternMatcher matcher{.kind = Kind::kAnythingBut};
  std::string_view name;
  const Json* values = &value;
  if (value.is_object()) {
    if (value.as_object()->size() != 1)
      return invalid_pattern("Only one key allowed in match expression");
    name = value.as_object()->front().first;
    values = &value.as_object()->front().second;
    if (name != "prefix" && name != "suffix" && name != "equals-ignore-case" &&
        name != "wildcard") {
      return invalid_pattern(fmt::format("Unsupported anything-but pattern: {}", name));
    }
  }
  Json::Array one;
  if (!values->is_array()) one.push_back(*values);
  const Json::Array& list = values->is_array() ? *values->as_array() : one;
  if (list.empty()) return invalid_pattern("Empty arrays are not allowed");
  for (const Json& excluded : list) {
    if (name.empty()) {
      if (excluded.is_object() || excluded.is_array() || excluded.is_null() || excluded.is_bool()) {
        return invalid_pattern("Inside anything but list, values must be strings or numbers");
      }
      matcher.excluded.push_back({.kind = Kind::kExact, .value = excluded});
    } else {
      MR_ASSIGN(PatternMatcher part, operator_matcher(name, excluded));
      matcher.excluded.push_back(std::move(part));
    }
  }
  return matcher;
}

bool numeric_matches(const PatternMatcher& matcher, double number) {
  return std::all_of(matcher.bounds.begin(), matcher.bounds.end(), [number](const auto& bound) {
    const auto& [op, limit] = bound;
    if (op == "<") return number < limit;
    if (op == "<=") return number <= limit;
    if (op == ">") return number > limit;
    if (op == ">=") return number >= limit;
    return number == limit;
  });
}

}  // namespace

Error invalid_pattern(std::string_view reason) {
  return Error("InvalidEventPatternException", 400,
               fmt::format("Event pattern is not valid. Reason: {}", reason));
}

Result<PatternMatcher> compile_matcher(const Json& value) {
  if (!value.is_object()) return PatternMatcher{.kind = Kind::kExact, .value = value};
  if (value.as_object()->size() != 1) {
    return invalid_pattern("Only one key allowed in match expression");
  }
  const auto& [name, operand] = value.as_object()->front();
  return operator_matcher(name, operand);
}

bool wildcard_matches(std::string_view pattern, std::string_view text) {
  // Greedy with one point to go back to: linear for each '*'.
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t star_text = 0;
  while (t < text.size()) {
    bool is_star = p < pattern.size() && pattern[p] == '*';
    size_t literal = p < pattern.size() && pattern[p] == '\\' ? p + 1 : p;
    if (is_star) {
      star = p++;
      star_text = t;
    } else if (literal < pattern.size() && pattern[literal] == text[t]) {
      p = literal + 1;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

bool PatternMatcher::matches(const Json& leaf) const {
  const std::string* string = leaf.as_string();
  switch (kind) {
    case Kind::kExact: return leaf == value;
    case Kind::kNumeric: return leaf.is_number() && numeric_matches(*this, leaf.number());
    case Kind::kAnythingBut:
      return std::none_of(excluded.begin(), excluded.end(),
                          [&](const PatternMatcher& part) { return part.matches(leaf); });
    case Kind::kExists: return should_exist;
    case Kind::kCidr: {
      auto address = string == nullptr ? std::nullopt : parse_ipv4(*string);
      return address && (*address & mask) == network;
    }
    case Kind::kPrefix:
    case Kind::kSuffix:
    case Kind::kEqualsIgnoreCase:
    case Kind::kWildcard: break;
  }
  if (string == nullptr) return false;
  if (kind == Kind::kWildcard) return wildcard_matches(text, *string);
  if (kind == Kind::kEqualsIgnoreCase) return ascii_lower(*string) == text;
  std::string lowered = ignore_case ? ascii_lower(*string) : std::string();
  std::string_view subject = ignore_case ? std::string_view(lowered) : std::string_view(*string);
  return kind == Kind::kPrefix ? subject.starts_with(text) : subject.ends_with(text);
}

}  // namespace millrace::expr
