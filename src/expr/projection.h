// Projection: the parts of an item that a request asks for: a parsed ProjectionExpression, or the
// paths that an update touched.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
// Pure; an immutable value once made.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/attribute_value.h"
#include "expr/path.h"
#include "expr/placeholders.h"

namespace millrace::expr {

class Projection {
 public:
  // Errors: ValidationException "Invalid ProjectionExpression: …".
  static Result<Projection> parse(std::string_view text, Placeholders& placeholders);
  // Paths that do not overlap, as an update's.
  static Projection of_paths(const std::vector<Path>& paths);

  // What of `item` the paths name. Elements of a list follow in the order of their index, without
  // gaps.
  codec::Item apply(const codec::Item& item) const;

  const std::vector<Path>& paths() const { return paths_; }

 private:
  struct Node {
    std::map<std::string, Node, std::less<>> members;
    std::map<uint32_t, Node> elements;
    bool is_leaf() const { return members.empty() && elements.empty(); }
  };
  void add(const Path& path);
  static codec::Item project_members(const Node& node, const codec::Item& item);
  static bool project(const Node& node, const codec::AttributeValue& value,
                      codec::AttributeValue& out);

  Node root_;
  std::vector<Path> paths_;
};

}  // namespace millrace::expr
