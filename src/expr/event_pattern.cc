#include "expr/event_pattern.h"

#include <fmt/format.h>

#include <algorithm>

#include "expr/event_pattern_node.h"

namespace millrace::expr {
namespace {

using codec::Json;
using Node = EventPattern::Node;

// AWS takes no more than a few levels; this only bounds the recursion.
constexpr int kDepthMax = 100;

Result<Node::Ptr> compile_object(const Json& object, int depth);

Result<Node::Ptr> compile_leaf(std::string_view name, const Json::Array& values) {
  if (values.empty()) return invalid_pattern("Empty arrays are not allowed");
  auto node = std::make_shared<Node>();
  node->is_leaf = true;
  for (const Json& value : values) {
    if (value.is_array()) {
      return invalid_pattern(
          fmt::format("Match value of \"{}\" must be String, number, true, false, or null", name));
    }
    MR_ASSIGN(PatternMatcher matcher, compile_matcher(value));
    node->matchers.push_back(std::move(matcher));
  }
  return Node::Ptr(node);
}

// "$or" means alternatives only when it holds at least two objects; else it is a field's name.
bool is_or(std::string_view name, const Json& value) {
  if (name != "$or" || !value.is_array() || value.as_array()->size() < 2) return false;
  return std::all_of(value.as_array()->begin(), value.as_array()->end(), [](const Json& part) {
    return part.is_object() && !part.as_object()->empty();
  });
}

Result<Node::Ptr> compile_object(const Json& object, int depth) {
  if (depth > kDepthMax) return invalid_pattern("nested too deeply");
  if (object.as_object()->empty()) return invalid_pattern("Empty objects are not allowed");
  auto node = std::make_shared<Node>();
  for (const auto& [name, value] : *object.as_object()) {
    if (is_or(name, value)) {
      std::vector<Node::Ptr> group;
      for (const Json& part : *value.as_array()) {
        MR_ASSIGN(Node::Ptr alternative, compile_object(part, depth + 1));
        group.push_back(std::move(alternative));
      }
      node->alternatives.push_back(std::move(group));
    } else if (value.is_object()) {
      MR_ASSIGN(Node::Ptr child, compile_object(value, depth + 1));
      node->fields.emplace_back(name, std::move(child));
    } else if (value.is_array()) {
      MR_ASSIGN(Node::Ptr leaf, compile_leaf(name, *value.as_array()));
      node->fields.emplace_back(name, std::move(leaf));
    } else {
      return invalid_pattern(fmt::format("\"{}\" must be an object or an array", name));
    }
  }
  return Node::Ptr(node);
}

bool matches_leaf(const Node& leaf, const Json* value) {
  bool present =
      value != nullptr && !value->is_object() && !(value->is_array() && value->as_array()->empty());
  for (const PatternMatcher& matcher : leaf.matchers) {
    if (matcher.kind == PatternMatcher::Kind::kExists) {
      if (matcher.should_exist == present) return true;
    } else if (present && !value->is_array() && matcher.matches(*value)) {
      return true;
    }
  }
  if (!present || !value->is_array()) return false;
  return std::any_of(value->as_array()->begin(), value->as_array()->end(),
                     [&](const Json& element) { return matches_leaf(leaf, &element); });
}

// `value` is nullptr when the event lacks it.
bool matches_node(const Node& node, const Json* value) {
  if (node.is_leaf) return matches_leaf(node, value);
  if (value != nullptr && value->is_array()) {
    return std::any_of(value->as_array()->begin(), value->as_array()->end(),
                       [&](const Json& element) { return matches_node(node, &element); });
  }
  for (const auto& [name, child] : node.fields) {
    if (!matches_node(*child, value == nullptr ? nullptr : value->find(name))) return false;
  }
  for (const auto& group : node.alternatives) {
    if (std::none_of(group.begin(), group.end(),
                     [&](const Node::Ptr& part) { return matches_node(*part, value); })) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<EventPattern> EventPattern::parse(std::string_view text) {
  auto pattern = Json::parse(text, kDepthMax);
  if (!pattern.ok()) return invalid_pattern("Filter is not an object");
  return compile(*pattern);
}

Result<EventPattern> EventPattern::compile(const Json& pattern) {
  if (!pattern.is_object()) return invalid_pattern("Filter is not an object");
  MR_ASSIGN(Node::Ptr root, compile_object(pattern, 0));
  return EventPattern(std::move(root));
}

bool EventPattern::matches(const Json& event) const { return matches_node(*root_, &event); }

}  // namespace millrace::expr
