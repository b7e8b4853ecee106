// Path: where in an item a value is: a name, then map members and list elements ("a.b[3].c").
// A value type.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "codec/attribute_value.h"

namespace millrace::expr {

// A member's name, or an element's index.
using PathElement = std::variant<std::string, uint32_t>;

struct Path {
  // The first is a name. Never empty.
  std::vector<PathElement> elements;

  const std::string& head() const { return *std::get_if<std::string>(&elements[0]); }
  bool is_nested() const { return elements.size() > 1; }
  bool operator==(const Path&) const = default;
  // As AWS's messages write it: [a, b, [3]].
  std::string to_string() const;
};

// What is there, or null. The pointer lives as long as the item is unchanged.
const codec::AttributeValue* find(const codec::Item& item, const Path& path);
codec::AttributeValue* find(codec::Item& item, const Path& path);

}  // namespace millrace::expr
