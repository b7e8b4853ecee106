#include "aws/struct_json.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "base/encoding.h"
#include "codec/attribute_value_json.h"
#include "codec/json.h"

namespace millrace::aws {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr char kUnexpectedObject[] = "Start of structure or map found where not expected";

Error serialization(std::string message) {
  return Error("SerializationException", 400, std::move(message));
}

std::string_view java_class(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kInteger: return "java.lang.Integer";
    case ShapeKind::kLong: return "java.lang.Long";
    case ShapeKind::kFloat: return "java.lang.Float";
    case ShapeKind::kDouble: return "java.lang.Double";
    case ShapeKind::kBoolean: return "java.lang.Boolean";
    case ShapeKind::kTimestamp: return "java.util.Date";
    default: return "java.lang.String";
  }
}

// What AWS says of each JSON kind where a scalar is wanted; as recorded in dynalite's tests.
Error not_scalar(element value, const Shape& shape) {
  const std::string_view wanted = java_class(shape.kind);
  const std::string_view simple = wanted.substr(wanted.rfind('.') + 1);
  const auto cannot = [&](std::string_view token) {
    return serialization(fmt::format("{} cannot be converted to {}", token, simple));
  };
  switch (value.type()) {
    case element_type::BOOL: return cannot(bool(value) ? "TRUE_VALUE" : "FALSE_VALUE");
    case element_type::INT64:
    case element_type::UINT64: return cannot("NUMBER_VALUE");
    case element_type::DOUBLE: return cannot("DECIMAL_VALUE");
    case element_type::STRING: return cannot("STRING_VALUE");
    case element_type::ARRAY:
      return serialization(fmt::format("Unrecognized collection type class {}", wanted));
    default: return serialization(kUnexpectedObject);
  }
}

Error not_container(element value, const Shape& shape) {
  if (value.is_object()) return serialization(kUnexpectedObject);
  if (value.is_array()) {
    if (shape.kind == ShapeKind::kMap) {
      return serialization(fmt::format(
          "Unrecognized collection type java.util.Map<java.lang.String, {}>", shape.element->name));
    }
    return serialization(fmt::format(
        "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.{}", shape.name));
  }
  return serialization("Unexpected field type");
}

Status read_blob(element value, std::string& out) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    if (value.is_array()) {
      return serialization("Unrecognized collection type class java.nio.ByteBuffer");
    }
    if (value.is_object()) return serialization(kUnexpectedObject);
    return serialization("only base-64-encoded strings are convertible to bytes");
  }
  if (text.size() % 4 != 0) {
    return serialization(fmt::format(
        "Base64 encoded length is expected a multiple of 4 bytes but found: {}", text.size()));
  }
  auto bytes = base64_decode(text);
  if (!bytes) return serialization("Invalid last non-pad Base64 character dectected");
  out = std::move(*bytes);
  return ok_status();
}

Status read_integer(element value, const Shape& shape, int64_t& out) {
  double decimal = 0;
  if (value.is_string() || value.get(decimal) != simdjson::SUCCESS) {
    return not_scalar(value, shape);
  }
  if (value.get(out) != simdjson::SUCCESS) {
    // AWS cuts decimals off; what does not fit at all is refused.
    if (!(std::fabs(decimal) < 9.2e18)) return not_scalar(value, shape);
    out = static_cast<int64_t>(decimal);
  }
  const bool fits =
      out >= std::numeric_limits<int32_t>::min() && out <= std::numeric_limits<int32_t>::max();
  if (shape.kind == ShapeKind::kInteger && !fits) return not_scalar(value, shape);
  return ok_status();
}

Status read_double(element value, const Shape& shape, double& out) {
  if (value.get(out) == simdjson::SUCCESS) return ok_status();
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    if (auto special = double_from_text(text); special.ok() && !std::isfinite(*special)) {
      out = *special;
      return ok_status();
    }
  }
  return not_scalar(value, shape);
}

Status read_boolean(element value, const Shape& shape, bool& out) {
  if (value.get(out) == simdjson::SUCCESS) return ok_status();
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    out = ascii_iequals(text, "true") || text == "1" || ascii_iequals(text, "yes");
    if (out || ascii_iequals(text, "false") || text == "0" || ascii_iequals(text, "no")) {
      return ok_status();
    }
    return serialization("Unexpected token received from parser");
  }
  return not_scalar(value, shape);
}

Status read_timestamp(element value, const Shape& shape, Instant& out) {
  double seconds = 0;
  std::string_view text;
  if (value.get(seconds) == simdjson::SUCCESS) {
    out = instant_from_seconds(seconds);
    return ok_status();
  }
  if (value.get(text) != simdjson::SUCCESS) return not_scalar(value, shape);
  auto parsed = instant_from_text(text);
  if (!parsed.ok()) return not_scalar(value, shape);
  out = *parsed;
  return ok_status();
}

Status read_value(const Shape& shape, element value, void* out, ReadState& state);

Status read_list(const Shape& shape, element value, void* list, ReadState& state) {
  simdjson::dom::array items;
  if (value.get(items) != simdjson::SUCCESS) return not_container(value, shape);
  shape.reserve(list, items.size());
  for (element item : items) {
    void* slot = shape.append(list);
    if (item.is_null()) continue;  // kept as an empty value: the validator reports it
    if (shape.element->kind == ShapeKind::kStructure && !item.is_object() && !item.is_array()) {
      return serialization("Unexpected value type in payload");
    }
    MR_TRY(read_value(*shape.element, item, slot, state));
  }
  return ok_status();
}

Status read_map(const Shape& shape, element value, void* map, ReadState& state) {
  simdjson::dom::object entries;
  if (value.get(entries) != simdjson::SUCCESS) return not_container(value, shape);
  for (auto [key, entry] : entries) {
    if (entry.is_null()) continue;
    MR_TRY(read_value(*shape.element, entry, shape.insert(map, std::string(key)), state));
  }
  return ok_status();
}

const Member* find_wire_member(const Shape& shape, std::string_view name, BodyMembers which) {
  for (const Member& member : shape.members) {
    if (member.wire_name != name) continue;
    if (which == BodyMembers::kAll || member.location == Location::kBody) return &member;
  }
  return nullptr;
}

Status read_members(const Shape& shape, element value, BodyMembers which, void* structure,
                    SeenMembers& seen, ReadState& state) {
  simdjson::dom::object fields;
  if (value.get(fields) != simdjson::SUCCESS) return not_container(value, shape);
  for (auto [name, field] : fields) {
    const Member* member = find_wire_member(shape, name, which);
    if (member == nullptr || field.is_null()) continue;
    seen.mark(shape, *member);
    MR_TRY(read_value(*member->shape, field, member->mutate(structure), state));
  }
  return ok_status();
}

Status read_structure(const Shape& shape, element value, void* structure, ReadState& state) {
  SeenMembers seen;
  MR_TRY(read_members(shape, value, BodyMembers::kAll, structure, seen, state));
  seen.report(shape, structure, state.missing);
  return ok_status();
}

Status read_value(const Shape& shape, element value, void* out, ReadState& state) {
  switch (shape.kind) {
    case ShapeKind::kStructure: return read_structure(shape, value, out, state);
    case ShapeKind::kList: return read_list(shape, value, out, state);
    case ShapeKind::kMap: return read_map(shape, value, out, state);
    case ShapeKind::kString: {
      std::string_view text;
      if (value.get(text) != simdjson::SUCCESS) return not_scalar(value, shape);
      *static_cast<std::string*>(out) = text;
      return ok_status();
    }
    case ShapeKind::kBlob: return read_blob(value, *static_cast<std::string*>(out));
    case ShapeKind::kInteger:
    case ShapeKind::kLong: return read_integer(value, shape, *static_cast<int64_t*>(out));
    case ShapeKind::kFloat:
    case ShapeKind::kDouble: return read_double(value, shape, *static_cast<double*>(out));
    case ShapeKind::kBoolean: return read_boolean(value, shape, *static_cast<bool*>(out));
    case ShapeKind::kTimestamp: return read_timestamp(value, shape, *static_cast<Instant*>(out));
    case ShapeKind::kDocument: {
      MR_ASSIGN(*static_cast<codec::Json*>(out), codec::Json::parse(simdjson::minify(value)));
      return ok_status();
    }
    case ShapeKind::kAttributeValue: {
      MR_ASSIGN(*static_cast<codec::AttributeValue*>(out), codec::attribute_value_from_json(value));
      return ok_status();
    }
    case ShapeKind::kItem: {
      MR_ASSIGN(*static_cast<codec::Item*>(out), codec::item_from_json(value));
      return ok_status();
    }
    case ShapeKind::kBody: return serialization("Unexpected field type");
  }
  return ok_status();
}

void append_map(std::string& out, const Shape& shape, const void* map, TimeStyle style) {
  struct Walk {
    std::string& out;
    const Shape& shape;
    TimeStyle style;
    bool first = true;
  } walk{out, shape, style};
  out += '{';
  shape.for_each(
      map,
      [](void* arg, const std::string& key, const void* value) {
        auto& w = *static_cast<Walk*>(arg);
        if (!w.first) w.out += ',';
        w.first = false;
        codec::append_json_string(w.out, key);
        w.out += ':';
        append_json_value(w.out, *w.shape.element, value, w.style);
      },
      &walk);
  out += '}';
}

void append_list(std::string& out, const Shape& shape, const void* list, TimeStyle style) {
  out += '[';
  const size_t count = shape.size(list);
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    append_json_value(out, *shape.element, shape.at(list, i), style);
  }
  out += ']';
}

void append_double(std::string& out, double value) {
  if (std::isfinite(value)) {
    codec::append_json_number(out, value);
  } else {
    codec::append_json_string(out, double_to_text(value));
  }
}

}  // namespace

Status read_json_struct(const Shape& shape, std::string_view text, BodyMembers which,
                        void* structure, ReadState& state) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return ok_status();
  thread_local simdjson::dom::parser parser;
  constexpr size_t kKeepParserBytes = 1 << 20;  // do not let one huge document pin memory for ever
  element root;
  Status status = ok_status();
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    status = serialization("");
  } else if (root.is_null()) {
    status = ok_status();
  } else if (!root.is_object()) {
    status = serialization(root.is_array() ? "Start of list found where not expected"
                                           : "Unexpected value type in payload");
  } else {
    status = read_members(shape, root, which, structure, state.top, state);
  }
  if (text.size() > kKeepParserBytes) parser = simdjson::dom::parser();
  return status;
}

void append_json_struct(std::string& out, const Shape& shape, const void* structure,
                        BodyMembers which, TimeStyle style) {
  out += '{';
  bool first = true;
  for (const Member& member : shape.members) {
    if (which == BodyMembers::kUnlocated && member.location != Location::kBody) continue;
    const void* value = member.get(structure);
    if (value == nullptr) continue;
    if (!first) out += ',';
    first = false;
    codec::append_json_string(out, member.wire_name);
    out += ':';
    append_json_value(out, *member.shape, value, time_style_of(member, style));
  }
  out += '}';
}

void append_json_value(std::string& out, const Shape& shape, const void* value, TimeStyle style) {
  switch (shape.kind) {
    case ShapeKind::kStructure:
      append_json_struct(out, shape, value, BodyMembers::kAll, style);
      break;
    case ShapeKind::kList: append_list(out, shape, value, style); break;
    case ShapeKind::kMap: append_map(out, shape, value, style); break;
    case ShapeKind::kDouble:
    case ShapeKind::kFloat: append_double(out, *static_cast<const double*>(value)); break;
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
      fmt::format_to(std::back_inserter(out), "{}", *static_cast<const int64_t*>(value));
      break;
    case ShapeKind::kBoolean: out += *static_cast<const bool*>(value) ? "true" : "false"; break;
    case ShapeKind::kTimestamp:
      if (style.format == TimestampFormat::kUnixTimestamp) {
        out += epoch_seconds_text(*static_cast<const Instant*>(value));
        break;
      }
      [[fallthrough]];
    case ShapeKind::kString:
    case ShapeKind::kBlob:
      codec::append_json_string(out, scalar_to_text(shape, value, style));
      break;
    case ShapeKind::kDocument: static_cast<const codec::Json*>(value)->append_to(out); break;
    case ShapeKind::kAttributeValue:
      codec::append_json(out, *static_cast<const codec::AttributeValue*>(value));
      break;
    case ShapeKind::kItem: codec::append_json(out, *static_cast<const codec::Item*>(value)); break;
    case ShapeKind::kBody: CHECK(false); break;
  }
}

}  // namespace millrace::aws
