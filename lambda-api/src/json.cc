#include "lambda_api/json.h"

#include <charconv>
#include <cmath>
#include <unordered_map>

namespace lambda_api {

namespace {

const Json kNull;
const std::vector<Json> kNoItems;
const std::vector<Json::Member> kNoMembers;

void append_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

template <typename Number>
void append_number(std::string& out, Number value) {
  char digits[32];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_json(std::string& out, const Json& json) {
  if (json.is_null()) {
    out += "null";
  } else if (json.is_bool()) {
    out += *json.boolean() ? "true" : "false";
  } else if (json.is_integer()) {
    append_number(out, *json.integer());
  } else if (json.is_number()) {
    // JSON has no infinities; null is what JavaScript writes too.
    if (std::isfinite(*json.number())) {
      append_number(out, *json.number());
    } else {
      out += "null";
    }
  } else if (json.is_string()) {
    append_string(out, json.string());
  } else if (json.is_array()) {
    out += '[';
    for (const Json& item : json.items()) {
      if (&item != &json.items().front()) out += ',';
      append_json(out, item);
    }
    out += ']';
  } else {
    out += '{';
    for (const Json::Member& member : json.members()) {
      if (&member != &json.members().front()) out += ',';
      append_string(out, member.first);
      out += ':';
      append_json(out, member.second);
    }
    out += '}';
  }
}

}  // namespace

Json Json::object(std::initializer_list<Member> members) {
  Json json;
  json.value_ = Object(members);
  return json;
}

Json Json::object_of(std::vector<Member> members) {
  std::unordered_map<std::string_view, size_t> last;
  for (size_t i = 0; i < members.size(); ++i)
    last[members[i].first] = i;
  Object object;
  if (last.size() == members.size()) {
    object = std::move(members);
  } else {
    for (size_t i = 0; i < members.size(); ++i) {
      if (last[members[i].first] != i) continue;
      last.erase(members[i].first);  // its key goes with the string
      object.push_back(std::move(members[i]));
    }
  }
  Json json;
  json.value_ = std::move(object);
  return json;
}

Json Json::array(std::initializer_list<Json> items) {
  Json json;
  json.value_ = Array(items);
  return json;
}

std::string Json::dump() const {
  std::string out;
  append_json(out, *this);
  return out;
}

std::optional<bool> Json::boolean() const {
  if (const auto* value = std::get_if<bool>(&value_)) return *value;
  return std::nullopt;
}

std::optional<int64_t> Json::integer() const {
  if (const auto* value = std::get_if<int64_t>(&value_)) return *value;
  constexpr double kExactMax = 9007199254740992.0;  // 2^53
  const auto* value = std::get_if<double>(&value_);
  if (value && std::trunc(*value) == *value && std::abs(*value) <= kExactMax) {
    return static_cast<int64_t>(*value);
  }
  return std::nullopt;
}

std::optional<double> Json::number() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<int64_t>(&value_)) return static_cast<double>(*value);
  return std::nullopt;
}

std::string_view Json::string(std::string_view otherwise) const {
  const auto* value = std::get_if<std::string>(&value_);
  return value ? std::string_view(*value) : otherwise;
}

const Json& Json::operator[](std::string_view name) const {
  for (const Member& member : members()) {
    if (member.first == name) return member.second;
  }
  return kNull;
}

const Json& Json::operator[](size_t index) const {
  return index < items().size() ? items()[index] : kNull;
}

bool Json::contains(std::string_view name) const {
  for (const Member& member : members()) {
    if (member.first == name) return true;
  }
  return false;
}

size_t Json::size() const { return is_object() ? members().size() : items().size(); }

const std::vector<Json>& Json::items() const {
  const auto* array = std::get_if<Array>(&value_);
  return array ? *array : kNoItems;
}

const std::vector<Json::Member>& Json::members() const {
  const auto* object = std::get_if<Object>(&value_);
  return object ? *object : kNoMembers;
}

Json& Json::set(std::string name, Json value) {
  if (!is_object()) value_ = Object{};
  auto& members = std::get<Object>(value_);
  for (Member& member : members) {
    if (member.first == name) {
      member.second = std::move(value);
      return *this;
    }
  }
  members.emplace_back(std::move(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  if (!is_array()) value_ = Array{};
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

}  // namespace lambda_api
