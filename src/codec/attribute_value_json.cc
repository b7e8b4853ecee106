#include "codec/attribute_value_json.h"

#include <fmt/format.h>

#include <optional>

#include "base/encoding.h"
#include "codec/attribute_value_checks.h"
#include "codec/json.h"

namespace millrace::codec {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using Type = AttributeValue::Type;

Error serialization(std::string message) {
  return Error("SerializationException", 400, std::move(message));
}

// What AWS's deserializer says of each JSON kind where a scalar is wanted. Recorded by dynalite's
// tests.
Error not_scalar(element value, std::string_view java_class) {
  const std::string_view simple = java_class.substr(java_class.rfind('.') + 1);
  switch (value.type()) {
    case element_type::BOOL:
      return serialization(fmt::format("{} cannot be converted to {}",
                                       bool(value) ? "TRUE_VALUE" : "FALSE_VALUE", simple));
    case element_type::INT64:
    case element_type::UINT64:
      return serialization(fmt::format("NUMBER_VALUE cannot be converted to {}", simple));
    case element_type::DOUBLE:
      return serialization(fmt::format("DECIMAL_VALUE cannot be converted to {}", simple));
    case element_type::STRING: return serialization("Unexpected token received from parser");
    case element_type::ARRAY:
      return serialization(fmt::format("Unrecognized collection type class {}", java_class));
    default: return serialization("Start of structure or map found where not expected");
  }
}

Result<std::string> read_string(element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return not_scalar(value, "java.lang.String");
  return std::string(text);
}

Result<bool> read_bool(element value) {
  bool flag = false;
  if (value.get(flag) == simdjson::SUCCESS) return flag;
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    const std::string lower = ascii_lower(text);
    if (lower == "true" || lower == "1" || lower == "yes") return true;
    if (lower == "false" || lower == "0" || lower == "no") return false;
  }
  return not_scalar(value, "java.lang.Boolean");
}

Result<std::string> read_blob(element value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    if (value.is_array()) {
      return serialization("Unrecognized collection type class java.nio.ByteBuffer");
    }
    if (value.is_object()) {
      return serialization("Start of structure or map found where not expected");
    }
    return serialization("only base-64-encoded strings are convertible to bytes");
  }
  if (text.size() % 4 != 0) {
    return serialization(fmt::format(
        "Base64 encoded length is expected a multiple of 4 bytes but found: {}", text.size()));
  }
  auto bytes = base64_decode(text);
  if (!bytes) return serialization("Invalid last non-pad Base64 character dectected");
  return std::move(*bytes);
}

// Reads the members of a list into `out` with `read`.
template <class T>
Status read_list(element value, std::vector<T>& out, const auto& read) {
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS) {
    if (value.is_object()) {
      return serialization("Start of structure or map found where not expected");
    }
    return serialization("Unexpected field type");
  }
  out.reserve(array.size());
  for (element member : array) {
    MR_ASSIGN(T item, read(member));
    out.push_back(std::move(item));
  }
  return ok_status();
}

constexpr char kTooDeep[] =
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
    "beyond "
    "supported limit";
constexpr char kEmptyValue[] =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
constexpr char kManyTypes[] =
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
    "supported datatypes";

Result<AttributeValue> read_value(element value, int level);

Result<AttributeValue> read_list_value(element value, int level) {
  AttributeValue::List list;
  MR_TRY(read_list(value, list, [&](element member) { return read_value(member, level + 1); }));
  for (const auto& member : list) {
    if (const auto* fault = member.invalid()) return AttributeValue::of_invalid(*fault);
  }
  return AttributeValue::of_l(std::move(list));
}

Result<Item> read_item(element value, int level) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    if (value.is_array()) {
      return serialization(
          "Unrecognized collection type java.util.Map<java.lang.String, "
          "com.amazonaws.dynamodb.v20120810.AttributeValue>");
    }
    return serialization("Unexpected field type");
  }
  Item item;
  item.reserve(object.size());
  for (auto [name, member] : object) {
    if (member.is_null()) continue;
    MR_ASSIGN(AttributeValue read, read_value(member, level));
    item.append(std::string(name), std::move(read));
  }
  item.sort_appended();
  return item;
}

Result<AttributeValue> read_map_value(element value, int level) {
  MR_ASSIGN(Item item, read_item(value, level + 1));
  if (const auto* fault = first_invalid(item)) return AttributeValue::of_invalid(*fault);
  return AttributeValue::of_m(std::move(item));
}

// A list of strings or of base64 texts.
template <class Read>
Result<SetMembers> read_members(element value, Read read) {
  SetMembers members;
  MR_TRY(read_list(value, members, [&](element member) -> Result<std::optional<std::string>> {
    if (member.is_null()) return std::optional<std::string>();
    MR_ASSIGN(std::string text, read(member));
    return std::optional(std::move(text));
  }));
  return members;
}

// The value of one member of the object; nothing for a member that is no type name.
Result<std::optional<AttributeValue>> read_member(std::string_view type, element value, int level) {
  using Found = std::optional<AttributeValue>;
  if (type == "S") {
    MR_ASSIGN(std::string text, read_string(value));
    return Found(AttributeValue::of_s(std::move(text)));
  }
  if (type == "N") {
    MR_ASSIGN(std::string text, read_string(value));
    return Found(checked_number(text));
  }
  if (type == "BOOL") {
    MR_ASSIGN(bool flag, read_bool(value));
    return Found(AttributeValue::of_bool(flag));
  }
  if (type == "M") {
    MR_ASSIGN(AttributeValue map, read_map_value(value, level));
    return Found(std::move(map));
  }
  if (type == "L") {
    MR_ASSIGN(AttributeValue list, read_list_value(value, level));
    return Found(std::move(list));
  }
  if (type == "NULL") {
    MR_ASSIGN(bool flag, read_bool(value));
    if (flag) return Found(AttributeValue::of_null());
    return Found(AttributeValue::of_invalid(
        "One or more parameter values were invalid: Null attribute value types must have the value "
        "of true"));
  }
  if (type == "B") {
    MR_ASSIGN(std::string bytes, read_blob(value));
    return Found(AttributeValue::of_b(std::move(bytes)));
  }
  if (type == "SS") {
    MR_ASSIGN(auto members, read_members(value, read_string));
    return Found(checked_string_set(members));
  }
  if (type == "NS") {
    MR_ASSIGN(auto members, read_members(value, read_string));
    return Found(checked_number_set(members));
  }
  if (type == "BS") {
    MR_ASSIGN(auto members, read_members(value, read_blob));
    return Found(checked_binary_set(members));
  }
  return Found();
}

Result<AttributeValue> read_value(element value, int level) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    if (value.is_array()) {
      return serialization(
          "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
    }
    if (value.is_null()) return AttributeValue::of_invalid(kEmptyValue);
    return serialization("Unexpected value type in payload");
  }
  if (level > kNestingLevelsMax) return AttributeValue::of_invalid(kTooDeep);
  std::optional<AttributeValue> result;
  bool several = false;
  for (auto [type, member] : object) {
    if (member.is_null()) continue;
    MR_ASSIGN(std::optional<AttributeValue> found, read_member(type, member, level));
    if (!found) continue;
    if (!result) {
      result = std::move(found);
    } else {
      // The first not allowed value is what AWS names, before the second type.
      several = true;
      if (result->invalid() == nullptr && found->invalid() != nullptr) {
        result = std::move(found);
      }
    }
  }
  if (!result) return AttributeValue::of_invalid(kEmptyValue);
  if (several && result->invalid() == nullptr) {
    return AttributeValue::of_invalid(kManyTypes);
  }
  return std::move(*result);
}

void append_base64(std::string& out, std::string_view bytes) {
  out += '"';
  out += base64_encode(bytes);
  out += '"';
}

void append_number(std::string& out, const Decimal& number) {
  out += '"';
  number.append_to(out);
  out += '"';
}

template <class Members, class Append>
void append_list(std::string& out, const Members& members, Append append) {
  out += '[';
  bool first = true;
  for (const auto& member : members) {
    if (!first) out += ',';
    first = false;
    append(out, member);
  }
  out += ']';
}

Result<element> parse_text(simdjson::dom::parser& parser, std::string_view text) {
  element root;
  if (text.empty()) text = "";  // simdjson copies from where it points, which may be nowhere
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    return serialization("Malformed JSON");
  }
  return root;
}

}  // namespace

Result<AttributeValue> attribute_value_from_json(element value) { return read_value(value, 1); }

Result<Item> item_from_json(element value) { return read_item(value, 1); }

Result<AttributeValue> attribute_value_from_json_text(std::string_view text) {
  simdjson::dom::parser parser;
  MR_ASSIGN(element root, parse_text(parser, text));
  return attribute_value_from_json(root);
}

Result<Item> item_from_json_text(std::string_view text) {
  simdjson::dom::parser parser;
  MR_ASSIGN(element root, parse_text(parser, text));
  return item_from_json(root);
}

void append_json(std::string& out, const AttributeValue& value) {
  switch (value.type()) {
    case Type::kInvalid: CHECK(false); break;
    case Type::kS:
      out += "{\"S\":";
      append_json_string(out, value.s());
      break;
    case Type::kN:
      out += "{\"N\":";
      append_number(out, value.n());
      break;
    case Type::kB:
      out += "{\"B\":";
      append_base64(out, value.b());
      break;
    case Type::kSs:
      out += "{\"SS\":";
      append_list(out, value.ss(), append_json_string);
      break;
    case Type::kNs:
      out += "{\"NS\":";
      append_list(out, value.ns(), append_number);
      break;
    case Type::kBs:
      out += "{\"BS\":";
      append_list(out, value.bs(), append_base64);
      break;
    case Type::kM:
      out += "{\"M\":";
      append_json(out, value.m());
      break;
    case Type::kL:
      out += "{\"L\":";
      append_list(out, value.l(),
                  [](std::string& o, const AttributeValue& v) { append_json(o, v); });
      break;
    case Type::kNull: out += "{\"NULL\":true"; break;
    case Type::kBool: out += value.boolean() ? "{\"BOOL\":true" : "{\"BOOL\":false"; break;
  }
  out += '}';
}

void append_json(std::string& out, const Item& item) {
  out += '{';
  bool first = true;
  for (const auto& [name, value] : item) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    append_json(out, value);
  }
  out += '}';
}

}  // namespace millrace::codec
