#include "expr/path.h"

#include <fmt/format.h>

namespace millrace::expr {

using codec::AttributeValue;
using codec::Item;
using Type = AttributeValue::Type;

std::string Path::to_string() const {
  std::string out = "[";
  for (const auto& element : elements) {
    if (out.size() > 1) out += ", ";
    if (const auto* name = std::get_if<std::string>(&element)) {
      out += *name;
    } else {
      out += fmt::format("[{}]", std::get<uint32_t>(element));
    }
  }
  return out + "]";
}

const AttributeValue* find(const Item& item, const Path& path) {
  const AttributeValue* at = item.get(path.head());
  for (size_t i = 1; i < path.elements.size() && at != nullptr; ++i) {
    if (const auto* name = std::get_if<std::string>(&path.elements[i])) {
      at = at->is(Type::kM) ? at->m().get(*name) : nullptr;
    } else {
      const uint32_t index = *std::get_if<uint32_t>(&path.elements[i]);
      at = at->is(Type::kL) && index < at->l().size() ? &at->l()[index] : nullptr;
    }
  }
  return at;
}

AttributeValue* find(Item& item, const Path& path) {
  return const_cast<AttributeValue*>(find(static_cast<const Item&>(item), path));
}

}  // namespace millrace::expr
