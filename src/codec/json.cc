#include "codec/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/encoding.h"

namespace millrace::codec {
namespace {

Error bad_json(std::string_view why) {
  return Error("SerializationException", 400, fmt::format("Could not parse JSON: {}", why));
}

Result<Json> from_dom(simdjson::dom::element element, int depth_left);

Result<Json> from_dom_array(simdjson::dom::array items, int depth_left) {
  Json::Array out;
  for (auto item : items) {
    MR_ASSIGN(Json value, from_dom(item, depth_left - 1));
    out.push_back(std::move(value));
  }
  return Json(std::move(out));
}

Result<Json> from_dom_object(simdjson::dom::object members, int depth_left) {
  Json out = Json::object();
  auto& object = *out.as_object();
  for (auto member : members) {
    MR_ASSIGN(Json value, from_dom(member.value, depth_left - 1));
    object.emplace_back(std::string(member.key), std::move(value));
  }
  if (object.size() < 2) return out;
  // Duplicates are rare: look for them by sorted order instead of searching at every insert.
  std::vector<std::string_view> names;
  for (const auto& member : object)
    names.push_back(member.first);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) == names.end()) return out;
  Json unique = Json::object();
  for (auto& member : object)
    unique.set(std::move(member.first), std::move(member.second));
  return unique;
}

Result<Json> from_dom(simdjson::dom::element element, int depth_left) {
  if (depth_left < 0) return bad_json("nested too deeply");
  switch (element.type()) {
    case simdjson::dom::element_type::ARRAY: return from_dom_array(element, depth_left);
    case simdjson::dom::element_type::OBJECT: return from_dom_object(element, depth_left);
    case simdjson::dom::element_type::STRING: return Json(std::string_view(element));
    case simdjson::dom::element_type::INT64: return Json(int64_t(element));
    case simdjson::dom::element_type::UINT64: return Json(uint64_t(element));
    case simdjson::dom::element_type::DOUBLE: return Json(double(element));
    case simdjson::dom::element_type::BOOL: return Json(bool(element));
    case simdjson::dom::element_type::NULL_VALUE: return Json();
  }
  return Json();
}

void append_value(std::string& out, const Json& value, int indent, bool pretty);

void newline(std::string& out, int indent) {
  out.push_back('\n');
  out.append(static_cast<size_t>(indent) * 2, ' ');
}

template <class Items, class AppendItem>
void append_sequence(std::string& out, const Items& items, char open, char close, int indent,
                     bool pretty, AppendItem append_item) {
  out.push_back(open);
  bool first = true;
  for (const auto& item : items) {
    if (!first) out.push_back(',');
    first = false;
    if (pretty) newline(out, indent + 1);
    append_item(item);
  }
  if (pretty && !items.empty()) newline(out, indent);
  out.push_back(close);
}

void append_value(std::string& out, const Json& value, int indent, bool pretty) {
  if (const auto* b = value.as_bool()) {
    out += *b ? "true" : "false";
  } else if (const auto* i = value.as_int()) {
    fmt::format_to(std::back_inserter(out), "{}", *i);
  } else if (value.is_number()) {
    append_json_number(out, value.number());
  } else if (const auto* s = value.as_string()) {
    append_json_string(out, *s);
  } else if (const auto* a = value.as_array()) {
    append_sequence(out, *a, '[', ']', indent, pretty,
                    [&](const Json& item) { append_value(out, item, indent + 1, pretty); });
  } else if (const auto* o = value.as_object()) {
    append_sequence(out, *o, '{', '}', indent, pretty, [&](const Json::Member& member) {
      append_json_string(out, member.first);
      out += pretty ? ": " : ":";
      append_value(out, member.second, indent + 1, pretty);
    });
  } else {
    out += "null";
  }
}

}  // namespace

Json::Json(uint64_t value) {
  if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    value_ = static_cast<int64_t>(value);
  } else {
    value_ = static_cast<double>(value);
  }
}

double Json::number() const {
  if (const auto* i = as_int()) return static_cast<double>(*i);
  const auto* d = std::get_if<double>(&value_);
  return d == nullptr ? 0 : *d;
}

const Json* Json::find(std::string_view name) const {
  const auto* object = as_object();
  if (object == nullptr) return nullptr;
  for (const auto& member : *object) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

Json* Json::find(std::string_view name) {
  return const_cast<Json*>(static_cast<const Json*>(this)->find(name));
}

std::string_view Json::get_string(std::string_view name, std::string_view fallback) const {
  const Json* member = find(name);
  const std::string* text = member == nullptr ? nullptr : member->as_string();
  return text == nullptr ? fallback : std::string_view(*text);
}

Json& Json::set(std::string name, Json value) {
  if (is_null()) value_ = Object{};
  CHECK(is_object());
  if (Json* existing = find(name)) {
    *existing = std::move(value);
  } else {
    as_object()->emplace_back(std::move(name), std::move(value));
  }
  return *this;
}

bool Json::erase(std::string_view name) {
  auto* object = as_object();
  return object != nullptr &&
         std::erase_if(*object, [&](const Member& member) { return member.first == name; }) > 0;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array{};
  CHECK(is_array());
  as_array()->push_back(std::move(value));
  return *this;
}

bool Json::operator==(const Json& other) const {
  if (is_number() && other.is_number()) {
    if (is_int() && other.is_int()) return *as_int() == *other.as_int();
    return number() == other.number();
  }
  const auto* mine = as_object();
  const auto* theirs = other.as_object();
  if (mine == nullptr || theirs == nullptr) return value_ == other.value_;
  if (mine->size() != theirs->size()) return false;
  for (const auto& member : *mine) {
    const Json* match = other.find(member.first);
    if (match == nullptr || !(*match == member.second)) return false;
  }
  return true;
}

Result<Json> Json::parse(std::string_view text, int depth_max) {
  thread_local simdjson::dom::parser parser;
  // simdjson bounds its own depth too; its default of 1,024 is above ours.
  simdjson::dom::element root;
  if (text.empty()) text = "";  // simdjson copies from where it points, which may be nowhere
  auto error = parser.parse(text.data(), text.size()).get(root);
  if (error) return bad_json(simdjson::error_message(error));
  auto value = from_dom(root, depth_max);
  constexpr size_t kKeepParserBytes = 1 << 20;  // do not let one huge document pin memory for ever
  if (text.size() > kKeepParserBytes) parser = simdjson::dom::parser();
  return value;
}

std::string Json::dump() const {
  std::string out;
  append_to(out);
  return out;
}

std::string Json::dump_pretty() const {
  std::string out;
  append_value(out, *this, 0, true);
  return out;
}

void Json::append_to(std::string& out) const { append_value(out, *this, 0, false); }

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  const bool valid = is_valid_utf8(text);
  for (char c : text) {
    auto u = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (u < 0x20) {
          out += "\\u00";
          out.push_back(kHex[u >> 4]);
          out.push_back(kHex[u & 15]);
        } else if (u >= 0x80 && !valid) {
          out += "\xEF\xBF\xBD";
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
}

void append_json_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
  } else if (value == std::floor(value) && std::fabs(value) < 1e15) {
    fmt::format_to(std::back_inserter(out), "{}", static_cast<int64_t>(value));
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value);
  }
}

}  // namespace millrace::codec
