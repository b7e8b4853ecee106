#include "aws/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "aws/pattern.h"
#include "aws/scalar_text.h"

namespace millrace::aws {
namespace {

constexpr size_t kProblemsMax = 10;  // AWS stops counting there

// The code that a service gives to invalid input where it is not ValidationException.
std::string_view error_code(const Service& service) {
  static constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
      {"apigateway", "BadRequestException"}, {"apigatewayv2", "BadRequestException"},
      {"cloudformation", "ValidationError"}, {"cloudwatch", "ValidationError"},
      {"ecr", "InvalidParameterException"},  {"iam", "ValidationError"},
      {"logs", "InvalidParameterException"}, {"ses", "ValidationError"},
      {"sesv2", "BadRequestException"},      {"sts", "ValidationError"},
  };
  for (const auto& [id, code] : kCodes) {
    if (id == service.id) return code;
  }
  return "ValidationException";
}

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
    case ShapeKind::kStructure: return fmt::format("{}(...)", shape.name);
    case ShapeKind::kBody:
    case ShapeKind::kDocument:
    case ShapeKind::kAttributeValue:
    case ShapeKind::kItem: return std::string(shape.name);
    default: return scalar_to_text(shape, value, {});
  }
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

class Validator {
 public:
  Validator(const Service& service, const MissingMembers& missing)
      : service_(service), missing_(missing) {}

  void structure(const Shape& shape, const void* value, const std::string& parent) {
    for (const Member& member : shape.members) {
      if (is_full()) return;
      const std::string path = parent + lower_first(member.name);
      const void* present = member.get(value);
      if (member.required && is_missing(value, member)) {
        add(fmt::format("Value null at '{}' failed to satisfy constraint: Member must not be null",
                        path));
        continue;
      }
      if (present != nullptr) any(*member.shape, present, path);
    }
  }

  Status result() && {
    if (problems_.empty()) return ok_status();
    return Error(std::string(error_code(service_)), 400,
                 fmt::format("{} validation error{} detected: {}", problems_.size(),
                             problems_.size() > 1 ? "s" : "", fmt::join(problems_, "; ")));
  }

 private:
  bool is_full() const { return problems_.size() >= kProblemsMax; }
  void add(std::string problem) {
    if (!is_full()) problems_.push_back(std::move(problem));
  }
  bool is_missing(const void* structure, const Member& member) const {
    return std::ranges::any_of(missing_, [&](const auto& entry) {
      return entry.first == structure && entry.second == &member;
    });
  }

  void any(const Shape& shape, const void* value, const std::string& path) {
    for (const std::string& constraint : violated(shape, value)) {
      add(fmt::format("Value '{}' at '{}' failed to satisfy constraint: {}",
                      value_text(shape, value), path, constraint));
    }
    switch (shape.kind) {
      case ShapeKind::kStructure: structure(shape, value, path + "."); break;
      case ShapeKind::kList: list(shape, value, path); break;
      case ShapeKind::kMap: map(shape, value, path); break;
      default: break;
    }
  }

  // The constraints that a value breaks, as AWS words them.
  std::vector<std::string> violated(const Shape& shape, const void* value) const {
    std::vector<std::string> out;
    for (auto& [holds, text] : constraints(shape, value)) {
      if (!holds) out.push_back(std::move(text));
    }
    return out;
  }

  std::vector<std::pair<bool, std::string>> constraints(const Shape& shape,
                                                        const void* value) const {
    std::vector<std::pair<bool, std::string>> out;
    if (!shape.pattern.empty() && shape.kind == ShapeKind::kString) {
      out.emplace_back(
          matches_pattern(shape.pattern, *static_cast<const std::string*>(value)),
          fmt::format("Member must satisfy regular expression pattern: {}", shape.pattern));
    }
    if (is_measured(shape) && (shape.min || shape.max)) {
      const double size = measure(shape, value);
      const std::string_view what = has_length(shape) ? "length" : "value";
      if (shape.max) {
        out.emplace_back(size <= *shape.max,
                         fmt::format("Member must have {} less than or equal to {}", what,
                                     double_to_text(*shape.max)));
      }
      if (shape.min) {
        out.emplace_back(size >= *shape.min,
                         fmt::format("Member must have {} greater than or equal to {}", what,
                                     double_to_text(*shape.min)));
      }
    }
    if (!shape.enum_values.empty() && shape.kind == ShapeKind::kString) {
      const auto& text = *static_cast<const std::string*>(value);
      out.emplace_back(std::ranges::find(shape.enum_values, text) != shape.enum_values.end(),
                       fmt::format("Member must satisfy enum value set: [{}]",
                                   enum_values_text(service_, shape)));
    }
    return out;
  }

  // All constraints of a shape in one line: AWS lists them all when a member of a collection of
  // scalars breaks one.
  std::string all_constraints(const Shape& shape, const void* value) const {
    std::vector<std::string> texts;
    for (auto& [holds, text] : constraints(shape, value))
      texts.push_back(std::move(text));
    std::ranges::rotate(texts, texts.begin() + (shape.pattern.empty() || texts.empty() ? 0 : 1));
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }

  void list(const Shape& shape, const void* value, const std::string& path) {
    const Shape& element = *shape.element;
    for (size_t i = 0; i < shape.size(value) && !is_full(); ++i) {
      const void* item = shape.at(value, i);
      if (element.kind == ShapeKind::kStructure || element.kind == ShapeKind::kList ||
          element.kind == ShapeKind::kMap) {
        any(element, item, fmt::format("{}.{}.member", path, i + 1));
      } else if (!violated(element, item).empty()) {
        add(
            fmt::format("Value '{}' at '{}' failed to satisfy constraint: Member must satisfy "
                        "constraint: {}",
                        value_text(shape, value), path, all_constraints(element, item)));
        return;
      }
    }
  }

  void map(const Shape& shape, const void* value, const std::string& path) {
    struct Walk {
      Validator& validator;
      const Shape& shape;
      const void* map;
      const std::string& path;
    } walk{*this, shape, value, path};
    shape.for_each(
        value,
        [](void* arg, const std::string& key, const void* entry) {
          auto& w = *static_cast<Walk*>(arg);
          w.validator.map_entry(w.shape, w.map, w.path, key, entry);
        },
        &walk);
  }

  void map_entry(const Shape& shape, const void* map_value, const std::string& path,
                 const std::string& key, const void* entry) {
    const auto report = [&](std::string_view what, const Shape& part, const void* part_value) {
      if (violated(part, part_value).empty()) return;
      add(
          fmt::format("Value '{}' at '{}' failed to satisfy constraint: Map {} must satisfy "
                      "constraint: {}",
                      value_text(shape, map_value), path, what, all_constraints(part, part_value)));
    };
    if (shape.key != nullptr && shape.key->kind == ShapeKind::kString) {
      report("keys", *shape.key, &key);
    }
    if (shape.element->is_scalar()) {
      report("value", *shape.element, entry);
    } else {
      any(*shape.element, entry, fmt::format("{}.{}.member", path, key));
    }
  }

  const Service& service_;
  const MissingMembers& missing_;
  std::vector<std::string> problems_;
};

// DynamoDB looks at table names before anything else, in words of its own.
Status check_dynamodb_table_name(const Operation& operation, const void* input,
                                 const MissingMembers& missing) {
  const Member* member = operation.input->find_member("TableName");
  if (member == nullptr || member->shape->kind != ShapeKind::kString) return ok_status();
  for (const auto& [structure, absent] : missing) {
    if (structure == input && absent == member) {
      return Error("ValidationException", 400,
                   "The parameter 'TableName' is required but was not present in the request");
    }
  }
  const void* value = member->get(input);
  if (value == nullptr) return ok_status();
  const std::string& name = *static_cast<const std::string*>(value);
  if (name.starts_with("arn:")) return ok_status();
  if (name.size() < 3 || name.size() > 255) {
    return Error("ValidationException", 400,
                 "TableName must be at least 3 characters long and at most 255 characters long");
  }
  // Static: matches_pattern() keeps what it compiled under this very text.
  static constexpr char kPattern[] = "[a-zA-Z0-9_.-]+";
  if (!matches_pattern(kPattern, name)) {
    return Error(
        "ValidationException", 400,
        fmt::format("1 validation error detected: Value '{}' at 'tableName' failed to "
                    "satisfy constraint: Member must satisfy regular expression pattern: {}",
                    name, kPattern));
  }
  return ok_status();
}

Status check_s3(const MissingMembers& missing) {
  if (missing.empty()) return ok_status();
  const Member& member = *missing.front().second;
  if (member.location == Location::kHeader) {
    return Error("InvalidRequest", 400,
                 fmt::format("Missing required header for this request: {}", member.wire_name));
  }
  if (member.location == Location::kQueryString || member.location == Location::kUri) {
    return Error("InvalidArgument", 400,
                 fmt::format("This operation requires the parameter {}", member.wire_name));
  }
  if (member.shape->kind == ShapeKind::kStructure) {
    return Error("MissingRequestBodyError", 400, "Request Body is empty");
  }
  return Error("MalformedXML", 400,
               "The XML you provided was not well-formed or did not validate against our published "
               "schema");
}

}  // namespace

Status validate_input(const Operation& operation, const void* input,
                      const MissingMembers& missing) {
  if (operation.service->id == "s3") return check_s3(missing);
  if (operation.service->id == "dynamodb") {
    MR_TRY(check_dynamodb_table_name(operation, input, missing));
  }
  Validator validator(*operation.service, missing);
  validator.structure(*operation.input, input, "");
  return std::move(validator).result();
}

}  // namespace millrace::aws
