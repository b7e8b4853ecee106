// Json: a JSON value that a handler reads from an event and builds an answer with.
//
// A plain value: copied, moved, compared. Objects keep the order in which members were added.
// Integers that fit 64 bits stay exact; other numbers are doubles. Reading never throws and never
// fails loudly: a missing member or a value of another type is kNull or nullopt, so that
// `event["a"]["b"].string()` is safe on any input. Parsing is strict RFC 8259, valid UTF-8 only, at
// most kDepthMax levels deep.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lambda_api/error.h"

namespace lambda_api {

class Json {
 public:
  static constexpr int kDepthMax = 256;

  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  template <typename Bool>
    requires std::same_as<Bool, bool>
  Json(Bool value) : value_(value) {}
  template <typename Number>
    requires(std::integral<Number> && !std::same_as<Number, bool>)
  Json(Number value) : value_(static_cast<int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}

  // Json::object({{"id", 7}, {"tags", Json::array({"a", "b"})}})
  static Json object(std::initializer_list<Member> members = {});
  static Json array(std::initializer_list<Json> items = {});
  // Of members of the same name the last one counts.
  static Json object_of(std::vector<Member> members);

  // Error: 400 "InvalidJson" with the offset of what is wrong.
  static Result<Json> parse(std::string_view text);
  std::string dump() const;

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<int64_t>(value_); }
  bool is_number() const { return is_integer() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  std::optional<bool> boolean() const;
  std::optional<int64_t> integer() const;  // also a double without a fraction, within +-2^53
  std::optional<double> number() const;
  // The string, or `otherwise` for anything else. Valid as long as this value is.
  std::string_view string(std::string_view otherwise = {}) const;

  // Member of an object or item of an array; null where there is none. Valid as long as this value
  // is.
  const Json& operator[](std::string_view name) const;
  const Json& operator[](size_t index) const;
  bool contains(std::string_view name) const;
  size_t size() const;  // items or members; 0 for anything else

  // For loops; empty for anything that is no array or object.
  const std::vector<Json>& items() const;
  const std::vector<Member>& members() const;

  // Adds a member or replaces its value. A value that is no object becomes one.
  Json& set(std::string name, Json value);
  // Adds an item. A value that is no array becomes one.
  Json& push(Json value);

  friend bool operator==(const Json& a, const Json& b);

 private:
  using Object = std::vector<Member>;

  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

}  // namespace lambda_api
