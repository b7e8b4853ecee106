#include "policy/condition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/encoding.h"
#include "policy/ip.h"
#include "policy/match.h"

namespace millrace::policy {
namespace {

struct NamedOperator {
  std::string_view name;
  Operator op;
};
constexpr std::array kOperators = std::to_array<NamedOperator>({
    {"StringEquals", Operator::kStringEquals},
    {"StringNotEquals", Operator::kStringNotEquals},
    {"StringEqualsIgnoreCase", Operator::kStringEqualsIgnoreCase},
    {"StringNotEqualsIgnoreCase", Operator::kStringNotEqualsIgnoreCase},
    {"StringLike", Operator::kStringLike},
    {"StringNotLike", Operator::kStringNotLike},
    {"NumericEquals", Operator::kNumericEquals},
    {"NumericNotEquals", Operator::kNumericNotEquals},
    {"NumericLessThan", Operator::kNumericLessThan},
    {"NumericLessThanEquals", Operator::kNumericLessThanEquals},
    {"NumericGreaterThan", Operator::kNumericGreaterThan},
    {"NumericGreaterThanEquals", Operator::kNumericGreaterThanEquals},
    {"DateEquals", Operator::kDateEquals},
    {"DateNotEquals", Operator::kDateNotEquals},
    {"DateLessThan", Operator::kDateLessThan},
    {"DateLessThanEquals", Operator::kDateLessThanEquals},
    {"DateGreaterThan", Operator::kDateGreaterThan},
    {"DateGreaterThanEquals", Operator::kDateGreaterThanEquals},
    {"Bool", Operator::kBool},
    {"BinaryEquals", Operator::kBinaryEquals},
    {"IpAddress", Operator::kIpAddress},
    {"NotIpAddress", Operator::kNotIpAddress},
    {"ArnEquals", Operator::kArnEquals},
    {"ArnNotEquals", Operator::kArnNotEquals},
    {"ArnLike", Operator::kArnLike},
    {"ArnNotLike", Operator::kArnNotLike},
    {"Null", Operator::kNull},
});

// A negated operator holds when no value matches, and when the key is absent.
bool is_negated(Operator op) {
  switch (op) {
    case Operator::kStringNotEquals:
    case Operator::kStringNotEqualsIgnoreCase:
    case Operator::kStringNotLike:
    case Operator::kNumericNotEquals:
    case Operator::kDateNotEquals:
    case Operator::kNotIpAddress:
    case Operator::kArnNotEquals:
    case Operator::kArnNotLike: return true;
    default: return false;
  }
}

std::optional<double> to_number(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// ISO 8601, or seconds since 1970.
std::optional<double> to_time(std::string_view text) {
  if (auto number = to_number(text)) return *number * 1e6;
  std::string full(text);
  if (full.size() == 10) full += "T00:00:00Z";
  auto instant = parse_iso8601(full);
  if (!instant.ok()) return std::nullopt;
  return static_cast<double>(instant->us);
}

enum class Order { kEquals, kLess, kLessEquals, kGreater, kGreaterEquals };

bool compare(std::optional<double> actual, std::optional<double> wanted, Order order) {
  if (!actual || !wanted) return false;
  switch (order) {
    case Order::kEquals: return *actual == *wanted;
    case Order::kLess: return *actual < *wanted;
    case Order::kLessEquals: return *actual <= *wanted;
    case Order::kGreater: return *actual > *wanted;
    case Order::kGreaterEquals: return *actual >= *wanted;
  }
  return false;
}

// As the operator says, a negated one as its opposite.
bool value_matches(Operator op, std::string_view actual, const std::string& wanted) {
  auto numeric = [&](Order order) { return compare(to_number(actual), to_number(wanted), order); };
  auto date = [&](Order order) { return compare(to_time(actual), to_time(wanted), order); };
  switch (op) {
    case Operator::kStringEquals:
    case Operator::kStringNotEquals:
    case Operator::kBinaryEquals: return actual == wanted;
    case Operator::kStringEqualsIgnoreCase:
    case Operator::kStringNotEqualsIgnoreCase:
    case Operator::kBool: return ascii_iequals(actual, wanted);
    case Operator::kStringLike:
    case Operator::kStringNotLike: return wildcard_match(wanted, actual);
    case Operator::kNumericEquals:
    case Operator::kNumericNotEquals: return numeric(Order::kEquals);
    case Operator::kNumericLessThan: return numeric(Order::kLess);
    case Operator::kNumericLessThanEquals: return numeric(Order::kLessEquals);
    case Operator::kNumericGreaterThan: return numeric(Order::kGreater);
    case Operator::kNumericGreaterThanEquals: return numeric(Order::kGreaterEquals);
    case Operator::kDateEquals:
    case Operator::kDateNotEquals: return date(Order::kEquals);
    case Operator::kDateLessThan: return date(Order::kLess);
    case Operator::kDateLessThanEquals: return date(Order::kLessEquals);
    case Operator::kDateGreaterThan: return date(Order::kGreater);
    case Operator::kDateGreaterThanEquals: return date(Order::kGreaterEquals);
    case Operator::kIpAddress:
    case Operator::kNotIpAddress: return ip_in_range(actual, wanted);
    case Operator::kArnEquals:
    case Operator::kArnNotEquals:
    case Operator::kArnLike:
    case Operator::kArnNotLike: return arn_match(wanted, actual);
    case Operator::kNull: return false;
  }
  return false;
}

bool uses_patterns(Operator op) {
  return op == Operator::kStringLike || op == Operator::kStringNotLike ||
         op == Operator::kArnEquals || op == Operator::kArnNotEquals || op == Operator::kArnLike ||
         op == Operator::kArnNotLike;
}

std::vector<std::string> substituted(const Condition& condition,
                                     const std::vector<std::string>& wanted,
                                     const RequestContext& context, Variables variables) {
  if (variables == Variables::kOff) return wanted;
  std::vector<std::string> texts;
  for (const std::string& value : wanted) {
    auto text = substitute(value, context);
    if (!text) continue;
    if (!uses_patterns(condition.op)) {
      std::replace(text->begin(), text->end(), kLiteralStar, '*');
      std::replace(text->begin(), text->end(), kLiteralQuestion, '?');
    }
    texts.push_back(std::move(*text));
  }
  return texts;
}

bool key_holds(const Condition& condition, const std::string& key,
               const std::vector<std::string>& wanted_raw, const RequestContext& context,
               Variables variables) {
  const std::vector<std::string>* actual = context.find(key);
  if (condition.op == Operator::kNull) {
    bool absent = actual == nullptr || actual->empty();
    return std::any_of(wanted_raw.begin(), wanted_raw.end(), [&](const std::string& value) {
      return ascii_iequals(value, absent ? "true" : "false");
    });
  }
  bool negated = is_negated(condition.op);
  if (actual == nullptr || actual->empty()) {
    if (condition.if_exists || condition.quantifier == Quantifier::kForAllValues) return true;
    return negated && condition.quantifier == Quantifier::kNone;
  }
  std::vector<std::string> wanted = substituted(condition, wanted_raw, context, variables);
  auto one_holds = [&](const std::string& value) {
    bool matched = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& text) {
      return value_matches(condition.op, value, text);
    });
    return matched != negated;
  };
  bool every = condition.quantifier == Quantifier::kForAllValues ||
               (negated && condition.quantifier == Quantifier::kNone);
  if (every) {
    return std::all_of(actual->begin(), actual->end(), one_holds);
  }
  return std::any_of(actual->begin(), actual->end(), one_holds);
}

}  // namespace

void RequestContext::set(std::string_view key, std::string value) {
  set(key, std::vector<std::string>{std::move(value)});
}

void RequestContext::set(std::string_view key, std::vector<std::string> values) {
  values_[ascii_lower(key)] = std::move(values);
}

const std::vector<std::string>* RequestContext::find(std::string_view key) const {
  auto it = values_.find(ascii_lower(key));
  return it == values_.end() ? nullptr : &it->second;
}

bool parse_operator(std::string_view name, Condition& condition) {
  condition.quantifier = Quantifier::kNone;
  if (name.starts_with("ForAllValues:")) {
    condition.quantifier = Quantifier::kForAllValues;
    name.remove_prefix(13);
  } else if (name.starts_with("ForAnyValue:")) {
    condition.quantifier = Quantifier::kForAnyValue;
    name.remove_prefix(12);
  }
  condition.if_exists = name.ends_with("IfExists");
  if (condition.if_exists) name.remove_suffix(8);
  for (const NamedOperator& known : kOperators) {
    if (known.name != name) continue;
    condition.op = known.op;
    return !(condition.op == Operator::kNull && condition.if_exists);
  }
  return false;
}

std::optional<std::string> substitute(std::string_view text, const RequestContext& context) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t close = text.substr(i, 2) == "${" ? text.find('}', i) : std::string_view::npos;
    if (close == std::string_view::npos) {
      out += text[i++];
      continue;
    }
    std::string_view name = text.substr(i + 2, close - i - 2);
    i = close + 1;
    if (name == "*") {
      out += kLiteralStar;
      continue;
    }
    if (name == "?") {
      out += kLiteralQuestion;
      continue;
    }
    if (name == "$") {
      out += '$';
      continue;
    }
    std::optional<std::string_view> fallback;
    if (size_t comma = name.find(','); comma != std::string_view::npos) {
      std::string_view rest = name.substr(comma + 1);
      while (rest.starts_with(' '))
        rest.remove_prefix(1);
      if (rest.size() >= 2 && rest.front() == '\'' && rest.back() == '\'') {
        fallback = rest.substr(1, rest.size() - 2);
      }
      name = name.substr(0, comma);
    }
    while (name.ends_with(' '))
      name.remove_suffix(1);
    const std::vector<std::string>* values = context.find(name);
    bool usable = values != nullptr && values->size() == 1;
    if (!usable && !fallback) return std::nullopt;
    for (char c : usable ? std::string_view(values->front()) : *fallback) {
      out += c == '*' ? kLiteralStar : c == '?' ? kLiteralQuestion : c;
    }
  }
  return out;
}

bool holds(const Condition& condition, const RequestContext& context, Variables variables) {
  return std::all_of(condition.keys.begin(), condition.keys.end(), [&](const auto& key) {
    return key_holds(condition, key.first, key.second, context, variables);
  });
}

}  // namespace millrace::policy
