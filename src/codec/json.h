// Json: a JSON document as a value: policies, templates, events, free-form documents. Object
// members keep their order. Reading is simdjson's; writing is ours. DynamoDB items do not go
// through this type (codec/attribute_value.h).
//
// Thread safety: a value; parse() and dump() are free-threaded.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace millrace::codec {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;                                         // null
  Json(std::nullptr_t) {}                                   // NOLINT: implicit, as all below
  Json(bool value) : value_(value) {}                       // NOLINT
  Json(int value) : value_(static_cast<int64_t>(value)) {}  // NOLINT
  Json(int64_t value) : value_(value) {}                    // NOLINT
  Json(uint64_t value);                                  // NOLINT: above INT64_MAX becomes double
  Json(double value) : value_(value) {}                  // NOLINT
  Json(std::string value) : value_(std::move(value)) {}  // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}  // NOLINT
  Json(const char* value) : value_(std::string(value)) {}       // NOLINT
  Json(Array value) : value_(std::move(value)) {}               // NOLINT
  Json(Object value) : value_(std::move(value)) {}              // NOLINT
  static Json array() { return Json(Array{}); }
  static Json object() { return Json(Object{}); }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Pointers to what is inside, or nullptr when it is of another kind.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const int64_t* as_int() const { return std::get_if<int64_t>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }
  std::string* as_string() { return std::get_if<std::string>(&value_); }
  Array* as_array() { return std::get_if<Array>(&value_); }
  Object* as_object() { return std::get_if<Object>(&value_); }
  // An int or a double as double; 0 for other kinds.
  double number() const;

  // Member of an object, or nullptr.
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name);
  // The member's text, or `fallback` when it is absent or no string.
  std::string_view get_string(std::string_view name, std::string_view fallback = {}) const;

  // Sets a member, replacing one of the same name. A null value becomes an object first. Returns
  // *this so that calls can be chained. REQUIRES: null or object.
  Json& set(std::string name, Json value);
  // Removes a member; false when there is none.
  bool erase(std::string_view name);
  // Appends to an array. A null value becomes an array first. REQUIRES: null or array.
  Json& push(Json value);

  // Deep equality; objects compare without regard to member order, 1 equals 1.0.
  bool operator==(const Json& other) const;

  // `depth_max` bounds nesting. Duplicate members: the last wins, as AWS's parsers have it. Errors:
  // code "SerializationException", status 400.
  static constexpr int kDepthMax = 512;
  static Result<Json> parse(std::string_view text, int depth_max = kDepthMax);
  std::string dump() const;                // compact
  std::string dump_pretty() const;         // two spaces an indent
  void append_to(std::string& out) const;  // compact

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

// Appends `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// A double as JSON writes it: shortest form that reads back equal; integers without ".0".
void append_json_number(std::string& out, double value);

}  // namespace millrace::codec
