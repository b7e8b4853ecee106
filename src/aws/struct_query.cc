#include "aws/struct_query.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "base/encoding.h"

namespace millrace::aws {
namespace {

std::string_view or_default(std::string_view name, std::string_view fallback) {
  return name.empty() ? fallback : name;
}

// The children with numeric names, in the order of their numbers.
std::vector<const QueryNode*> numbered_children(const QueryNode& node) {
  std::map<uint64_t, const QueryNode*> sorted;
  for (const auto& [name, child] : node.children) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) sorted[number] = &child;
  }
  std::vector<const QueryNode*> out;
  out.reserve(sorted.size());
  for (const auto& [number, child] : sorted)
    out.push_back(child);
  return out;
}

// The node whose numbered children are the entries: the container itself when it is flattened, else
// its "member" or "entry"; clients that flatten where they should not are understood too.
const QueryNode& entries_of(const QueryNode& node, std::string_view wrapper) {
  const QueryNode* inner = node.child(wrapper);
  return inner != nullptr ? *inner : node;
}

Status read_value(const Shape& shape, const QueryNode& node, void* out, ReadState& state) {
  switch (shape.kind) {
    case ShapeKind::kStructure: {
      SeenMembers seen;
      MR_TRY(read_query_struct(shape, node, out, seen, state));
      seen.report(shape, out, state.missing);
      return ok_status();
    }
    case ShapeKind::kList: {
      const auto items =
          numbered_children(entries_of(node, or_default(shape.element_wire_name, "member")));
      shape.reserve(out, items.size());
      for (const QueryNode* item : items) {
        MR_TRY(read_value(*shape.element, *item, shape.append(out), state));
      }
      return ok_status();
    }
    case ShapeKind::kMap:
      for (const QueryNode* entry : numbered_children(entries_of(node, "entry"))) {
        const QueryNode* key = entry->child(or_default(shape.key_wire_name, "key"));
        const QueryNode* value = entry->child(or_default(shape.element_wire_name, "value"));
        if (key == nullptr || !key->value || value == nullptr) continue;
        MR_TRY(read_value(*shape.element, *value, shape.insert(out, *key->value), state));
      }
      return ok_status();
    case ShapeKind::kBody:
    case ShapeKind::kDocument:
    case ShapeKind::kAttributeValue:
    case ShapeKind::kItem: return Error("MalformedQueryString", 400, "Unexpected parameter");
    default: {
      Status status = scalar_from_text(shape, node.value.value_or(""), out);
      if (!status.ok()) {
        return Error("MalformedInput", 400, std::move(status).error().message());
      }
      return ok_status();
    }
  }
}

void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += '&';
  out += percent_encode(name);
  out += '=';
  out += percent_encode(value);
}

void append_value(std::string& out, const std::string& name, const Shape& shape, const void* value,
                  bool flattened,
                  TimeStyle style) {  // NOLINT: `flattened` mirrors the model's trait
  if (shape.kind == ShapeKind::kStructure) {
    append_query_struct(out, name + '.', shape, value, style);
  } else if (shape.kind == ShapeKind::kList) {
    const size_t count = shape.size(value);
    if (count == 0) append_parameter(out, name, "");
    const std::string prefix =
        flattened ? name
                  : fmt::format("{}.{}", name, or_default(shape.element_wire_name, "member"));
    for (size_t i = 0; i < count; ++i) {
      append_value(out, fmt::format("{}.{}", prefix, i + 1), *shape.element, shape.at(value, i),
                   shape.element->flattened, style);
    }
  } else if (shape.kind == ShapeKind::kMap) {
    struct Walk {
      std::string& out;
      std::string prefix;
      const Shape& shape;
      TimeStyle style;
      size_t index = 0;
    } walk{out, flattened ? name : name + ".entry", shape, style};
    shape.for_each(
        value,
        [](void* arg, const std::string& key, const void* entry) {
          auto& w = *static_cast<Walk*>(arg);
          const std::string at = fmt::format("{}.{}.", w.prefix, ++w.index);
          append_parameter(w.out, at + std::string(or_default(w.shape.key_wire_name, "key")), key);
          append_value(w.out, at + std::string(or_default(w.shape.element_wire_name, "value")),
                       *w.shape.element, entry, w.shape.element->flattened, w.style);
        },
        &walk);
  } else {
    append_parameter(out, name, scalar_to_text(shape, value, style));
  }
}

}  // namespace

Result<QueryNode> QueryNode::from_parameters(const QueryParameters& parameters) {
  QueryNode root;
  if (parameters.size() > kParametersMax) {
    return Error("MalformedQueryString", 400, "Too many parameters");
  }
  for (const auto& [name, value] : parameters) {
    QueryNode* node = &root;
    std::string_view rest = name;
    for (size_t depth = 0;; ++depth) {
      if (depth == kDepthMax) {
        return Error("MalformedQueryString", 400, "A parameter's name is nested too deeply");
      }
      const size_t dot = rest.find('.');
      node = &node->children[std::string(rest.substr(0, dot))];
      if (dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
    node->value = value;
  }
  return root;
}

const QueryNode* QueryNode::child(std::string_view name) const {
  const auto found = children.find(name);
  return found == children.end() ? nullptr : &found->second;
}

Status read_query_struct(const Shape& shape, const QueryNode& node, void* structure,
                         SeenMembers& seen, ReadState& state) {
  for (const Member& member : shape.members) {
    const QueryNode* child = node.child(member.wire_name);
    if (child == nullptr) continue;
    seen.mark(shape, member);
    MR_TRY(read_value(*member.shape, *child, member.mutate(structure), state));
  }
  return ok_status();
}

void append_query_struct(std::string& out, std::string_view prefix, const Shape& shape,
                         const void* structure, TimeStyle style) {
  for (const Member& member : shape.members) {
    const void* value = member.get(structure);
    if (value == nullptr) continue;
    append_value(out, std::string(prefix) + std::string(member.wire_name), *member.shape, value,
                 member.flattened, time_style_of(member, style));
  }
}

}  // namespace millrace::aws
