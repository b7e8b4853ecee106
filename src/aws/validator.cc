#include "aws/validator.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/pattern.h"
#include "aws/scalar_text.h"
#include "base/encoding.h"
#include "codec/attribute_value.h"

namespace millrace::aws {

namespace {

constexpr size_t kProblemsMax = 10;    // AWS stops counting there
constexpr size_t kCollectedMax = 100;  // some are dropped or moved before they are counted

// AWS prints enum values in the order of a Java hash set. Those of DynamoDB are known from
// recordings.
std::string enum_values_text(const Service& service, const Shape& shape) {
  static constexpr std::pair<std::string_view, std::string_view> kRecorded[] = {
      {"ProjectionType", "ALL, INCLUDE, KEYS_ONLY"},
      {"ReturnValue", "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW"},
      {"ScalarAttributeType", "B, N, S"},
      {"KeyType", "HASH, RANGE"},
      {"ComparisonOperator",
       "IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS"},
      {"ReturnConsumedCapacity", "INDEXES, TOTAL, NONE"},
      {"ConditionalOperator", "OR, AND"},
      {"BillingMode", "PROVISIONED, PAY_PER_REQUEST"},
      {"ReturnItemCollectionMetrics", "SIZE, NONE"},
      {"Select", "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES"},
      {"ReturnValuesOnConditionCheckFailure", "ALL_OLD, NONE"},
  };
  if (service.id == "dynamodb") {
    for (const auto& [name, values] : kRecorded) {
      if (name == shape.name) return std::string(values);
    }
  }
  return fmt::format("{}", fmt::join(shape.enum_values, ", "));
}

// Characters, which in Java are UTF-16 units.
size_t java_length(std::string_view utf8) {
  size_t units = 0;
  for (unsigned char c : utf8) {
    if ((c & 0xC0) != 0x80) ++units;
    if (c >= 0xF0) ++units;
  }
  return units;
}

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] + 32);
  return out;
}

bool has_length(const Shape& shape) {
  switch (shape.kind) {
    case ShapeKind::kString:
    case ShapeKind::kBlob:
    case ShapeKind::kList:
    case ShapeKind::kMap: return true;
    default: return false;
  }
}

double measure(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::kString:
      return static_cast<double>(java_length(*static_cast<const std::string*>(value)));
    case ShapeKind::kBlob:
      return static_cast<double>(static_cast<const std::string*>(value)->size());
    case ShapeKind::kList:
    case ShapeKind::kMap: return static_cast<double>(shape.size(value));
    case ShapeKind::kInteger:
    case ShapeKind::kLong: return static_cast<double>(*static_cast<const int64_t*>(value));
    case ShapeKind::kFloat:
    case ShapeKind::kDouble: return *static_cast<const double*>(value);
    default: return 0;
  }
}

bool is_measured(const Shape& shape) {
  return has_length(shape) || shape.kind == ShapeKind::kInteger || shape.kind == ShapeKind::kLong ||
         shape.kind == ShapeKind::kFloat || shape.kind == ShapeKind::kDouble;
}

using codec::AttributeValue;
using Type = AttributeValue::Type;

std::string java_text(const AttributeValue& value);

std::string java_text(const codec::Item& item) {
  std::string out = "{";
  for (const auto& [name, value] : item) {
    if (out.size() > 1) out += ", ";
    out += name + "=" + java_text(value);
  }
  return out + "}";
}

std::string java_member(const AttributeValue& value) {
  const auto list = [](const auto& members, auto&& text) {
    std::vector<std::string> texts;
    for (const auto& member : members)
      texts.push_back(text(member));
    return fmt::format("[{}]", fmt::join(texts, ", "));
  };
  const auto same = [](const std::string& text) { return text; };
  const auto number = [](const codec::Decimal& n) { return n.to_string(); };
  const auto buffer = [](const std::string& bytes) {
    return fmt::format("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", bytes.size());
  };
  switch (value.type()) {
    case Type::kS: return value.s();
    case Type::kN: return number(value.n());
    case Type::kB: return buffer(value.b());
    case Type::kSs: return list(value.ss(), same);
    case Type::kNs: return list(value.ns(), number);
    case Type::kBs: return list(value.bs(), buffer);
    case Type::kM: return java_text(value.m());
    case Type::kL: return list(value.l(), [](const AttributeValue& v) { return java_text(v); });
    case Type::kNull: return "true";
    case Type::kBool: return value.boolean() ? "true" : "false";
    case Type::kInvalid: break;
  }
  return "null";
}

std::string java_text(const AttributeValue& value) {
  // The members of AWS's own class, some of which no client can set.
  static constexpr std::pair<std::string_view, Type> kMembers[] = {{"s", Type::kS},
                                                                   {"n", Type::kN},
                                                                   {"b", Type::kB},
                                                                   {"iNT", Type::kInvalid},
                                                                   {"dECIMAL", Type::kInvalid},
                                                                   {"dOUBLE", Type::kInvalid},
                                                                   {"sS", Type::kSs},
                                                                   {"nS", Type::kNs},
                                                                   {"bS", Type::kBs},
                                                                   {"iNTSET", Type::kInvalid},
                                                                   {"dECIMALSET", Type::kInvalid},
                                                                   {"dOUBLESET", Type::kInvalid},
                                                                   {"m", Type::kM},
                                                                   {"l", Type::kL},
                                                                   {"nULL", Type::kNull},
                                                                   {"bOOL", Type::kBool}};
  std::vector<std::string> parts;
  for (const auto& [name, type] : kMembers) {
    const bool given = type != Type::kInvalid && value.is(type);
    parts.push_back(fmt::format("{}={}", name, given ? java_member(value) : "null"));
  }
  return fmt::format("AttributeValue({})", fmt::join(parts, ", "));
}

std::string structure_text(const Shape& shape, const void* value) {
  std::vector<std::string> parts;
  for (const Member& member : shape.members) {
    const void* present = member.get(value);
    parts.push_back(fmt::format("{}={}", lower_first(member.name),
                                present != nullptr ? value_text(*member.shape, present) : "null"));
  }
  // What AWS's class has and its model does not.
  if (shape.name == "PutRequest") parts.emplace_back("workloadProfileName=null");
  return fmt::format("{}({})", shape.name, fmt::join(parts, ", "));
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// DynamoDB's tables are named by their name or their ARN in one parameter: the model has the limits
// of the ARN, AWS applies those of the name to what is none.
bool is_table_name(const Service& service, const Shape& shape, const void* value) {
  return service.id == "dynamodb" && shape.name == "TableArn" &&
         !static_cast<const std::string*>(value)->empty() &&
         !static_cast<const std::string*>(value)->starts_with("arn:");
}

}  // namespace

std::string value_text(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::kList: {
      std::string out = "[";
      for (size_t i = 0; i < shape.size(value); ++i) {
        if (i > 0) out += ", ";
        out += value_text(*shape.element, shape.at(value, i));
      }
      return out + "]";
    }
    case ShapeKind::kMap: {
      std::pair<const Shape*, std::string> walk{shape.element, "{"};
      shape.for_each(
          value,
          [](void* arg, const std::string& key, const void* entry) {
            auto& [element, out] = *static_cast<std::pair<const Shape*, std::string>*>(arg);
            if (out.size() > 1) out += ", ";
            out += key + "=" + value_text(*element, entry);
          },
          &walk);
      return walk.second + "}";
    }
    case ShapeKind::kStructure: return structure_text(shape, value);
    case ShapeKind::kAttributeValue: return java_text(*static_cast<const AttributeValue*>(value));
    case ShapeKind::kItem: return java_text(*static_cast<const codec::Item*>(value));
    case ShapeKind::kBody:
    case ShapeKind::kDocument: return std::string(shape.name);
    default: return scalar_to_text(shape, value, {});
  }
}

std::string Problem::text() const {
  return fmt::format("Value {} at '{}' failed to satisfy constraint: {}", value, path, constraint);
}

std::string Problem::newer_text() const {
  if (is_enum) return fmt::format("Failed to satisfy constraint: {}", constraint);
  return fmt::format("Value at '{}' failed to satisfy constraint: {}", wire_path, constraint);
}

std::string problems_text(const std::vector<std::string>& problems) {
  const size_t count = std::min(problems.size(), kProblemsMax);
  return fmt::format(
      "{} validation error{} detected: {}", count, count > 1 ? "s" : "",
      fmt::join(problems.begin(), problems.begin() + static_cast<ptrdiff_t>(count), "; "));
}

std::string Validator::Place::path(Spelling spelling) const {
  std::string out = parent != nullptr ? parent->path(spelling) : "";
  switch (kind) {
    case Kind::kRoot: return out;
    case Kind::kMember:
      if (!out.empty()) out += '.';
      return out + (spelling == Spelling::kModel ? std::string(name) : lower_first(name));
    case Kind::kElement: return out + fmt::format(".{}.member", index + 1);
    case Kind::kEntry: return out + fmt::format(".{}.member", name);
  }
  return out;
}

template <class Visit>
void Validator::for_each_constraint(const Shape& shape, const void* value, Visit visit) const {
  const auto size_text = [&](std::string_view bound, double limit) {
    return fmt::format("Member must have {} {} than or equal to {}",
                       has_length(shape) ? "length" : "value", bound, double_to_text(limit));
  };
  const auto pattern_text = [](std::string_view pattern) {
    return fmt::format("Member must satisfy regular expression pattern: {}", pattern);
  };
  if (shape.kind == ShapeKind::kString && is_table_name(service_, shape, value)) {
    constexpr double kMin = 3;
    constexpr double kMax = 255;
    const auto& name = *static_cast<const std::string*>(value);
    const auto size = static_cast<double>(java_length(name));
    visit(std::ranges::all_of(name, is_name_character),
          [&] { return pattern_text("[a-zA-Z0-9_.-]+"); });
    visit(size <= kMax, [&] { return size_text("less", kMax); });
    visit(size >= kMin, [&] { return size_text("greater", kMin); });
    return;
  }
  if (!shape.pattern.empty() && shape.kind == ShapeKind::kString) {
    visit(matches_pattern(shape.pattern, *static_cast<const std::string*>(value)),
          [&] { return pattern_text(shape.pattern); });
  }
  if (is_measured(shape) && (shape.min || shape.max)) {
    const double size = measure(shape, value);
    if (shape.max) visit(size <= *shape.max, [&] { return size_text("less", *shape.max); });
    if (shape.min) visit(size >= *shape.min, [&] { return size_text("greater", *shape.min); });
  }
  if (!shape.enum_values.empty() && shape.kind == ShapeKind::kString) {
    const auto& text = *static_cast<const std::string*>(value);
    visit(std::ranges::find(shape.enum_values, text) != shape.enum_values.end(), [&] {
      return fmt::format("Member must satisfy enum value set: [{}]",
                         enum_values_text(service_, shape));
    });
  }
}

bool Validator::is_full() const { return problems_.size() >= kCollectedMax; }

void Validator::add(const Place& place, std::string value, std::string constraint) {
  if (is_full()) return;
  const bool is_enum = constraint.starts_with("Member must satisfy enum value set");
  problems_.push_back({place.path(Place::Spelling::kLowerFirst),
                       place.path(Place::Spelling::kModel), std::move(value), std::move(constraint),
                       is_enum});
}

bool Validator::is_missing(const void* structure, const Member& member) const {
  return std::ranges::any_of(missing_, [&](const auto& entry) {
    return entry.first == structure && entry.second == &member;
  });
}

void Validator::structure(const Shape& shape, const void* value) { members(shape, value, {}); }

void Validator::members(const Shape& shape, const void* value, const Place& place) {
  for (const Member& member : shape.members) {
    if (is_full()) return;
    const Place at{Place::Kind::kMember, &place, member.name};
    const void* present = member.get(value);
    if (member.required && is_missing(value, member)) {
      add(at, "null", "Member must not be null");
      continue;
    }
    if (present != nullptr) any(*member.shape, present, at);
  }
}

void Validator::any(const Shape& shape, const void* value, const Place& place) {
  for_each_constraint(shape, value, [&](bool holds, const auto& text) {
    if (!holds) add(place, fmt::format("'{}'", value_text(shape, value)), text());
  });
  switch (shape.kind) {
    case ShapeKind::kStructure: members(shape, value, place); break;
    case ShapeKind::kList: list(shape, value, place); break;
    case ShapeKind::kMap: map(shape, value, place); break;
    default: break;
  }
}

bool Validator::is_violated(const Shape& shape, const void* value) const {
  bool violated = false;
  for_each_constraint(shape, value, [&](bool holds, const auto&) { violated |= !holds; });
  return violated;
}

// All constraints of a shape in one line: AWS lists them all when a member of a collection of
// scalars breaks one.
std::string Validator::all_constraints(const Shape& shape, const void* value) const {
  std::vector<std::string> texts;
  for_each_constraint(shape, value, [&](bool, const auto& text) { texts.push_back(text()); });
  const bool pattern_first =
      !texts.empty() && texts[0].starts_with("Member must satisfy regular expression");
  std::ranges::rotate(texts, texts.begin() + (pattern_first ? 1 : 0));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

void Validator::list(const Shape& shape, const void* value, const Place& place) {
  const Shape& element = *shape.element;
  for (size_t i = 0; i < shape.size(value) && !is_full(); ++i) {
    const void* item = shape.at(value, i);
    if (!element.is_scalar()) {
      any(element, item, {Place::Kind::kElement, &place, {}, i});
    } else if (is_violated(element, item)) {
      add(place, fmt::format("'{}'", value_text(shape, value)),
          fmt::format("Member must satisfy constraint: {}", all_constraints(element, item)));
      return;
    }
  }
}

void Validator::map(const Shape& shape, const void* value, const Place& place) {
  struct Walk {
    Validator& validator;
    const Shape& shape;
    const void* map;
    const Place& place;
  } walk{*this, shape, value, place};
  shape.for_each(
      value,
      [](void* arg, const std::string& key, const void* entry) {
        auto& w = *static_cast<Walk*>(arg);
        w.validator.map_entry(w.shape, w.map, w.place, key, entry);
      },
      &walk);
}

void Validator::map_entry(const Shape& shape, const void* map_value, const Place& place,
                          const std::string& key, const void* entry) {
  const auto report = [&](std::string_view what, const Shape& part, const void* part_value) {
    if (!is_violated(part, part_value)) return;
    add(place, fmt::format("'{}'", value_text(shape, map_value)),
        fmt::format("Map {} must satisfy constraint: {}", what, all_constraints(part, part_value)));
  };
  if (shape.key != nullptr && shape.key->kind == ShapeKind::kString) {
    report("keys", *shape.key, &key);
  }
  if (shape.element->is_scalar()) {
    report("value", *shape.element, entry);
  } else {
    any(*shape.element, entry, {Place::Kind::kEntry, &place, key});
  }
}

}  // namespace millrace::aws
