#include "expr/projection.h"

#include "expr/parser_base.h"

namespace millrace::expr {

using codec::AttributeValue;
using codec::Item;
using Type = AttributeValue::Type;

namespace {

class ProjectionParser : ParserBase {
 public:
  ProjectionParser(std::string_view text, Placeholders& placeholders)
      : ParserBase("ProjectionExpression", text, placeholders) {}

  Result<std::vector<Path>> parse() {
    MR_TRY(check_text());
    std::vector<Path> paths;
    PathOverlaps overlaps;
    do {
      if (token().kind != TokenKind::kIdentifier && token().kind != TokenKind::kName) {
        return syntax();
      }
      MR_ASSIGN(Path path, parse_path());
      if (auto found = overlaps.add(path)) fault(found->kind, std::move(found->message));
      paths.push_back(std::move(path));
    } while (take_symbol(","));
    MR_TRY(expect_end());
    MR_TRY(check_faults());
    return paths;
  }
};

}  // namespace

Result<Projection> Projection::parse(std::string_view text, Placeholders& placeholders) {
  MR_ASSIGN(std::vector<Path> paths, ProjectionParser(text, placeholders).parse());
  return of_paths(paths);
}

Projection Projection::of_paths(const std::vector<Path>& paths) {
  Projection projection;
  for (const Path& path : paths)
    projection.add(path);
  projection.paths_ = paths;
  return projection;
}

void Projection::add(const Path& path) {
  Node* node = &root_;
  for (const auto& element : path.elements) {
    if (const auto* name = std::get_if<std::string>(&element)) {
      node = &node->members[*name];
    } else {
      node = &node->elements[*std::get_if<uint32_t>(&element)];
    }
  }
}

Item Projection::apply(const Item& item) const { return project_members(root_, item); }

Item Projection::project_members(const Node& node, const Item& item) {
  Item out;
  for (const auto& [name, child] : node.members) {
    const AttributeValue* value = item.get(name);
    AttributeValue part;
    if (value != nullptr && project(child, *value, part)) out.append(name, std::move(part));
  }
  return out;
}

bool Projection::project(const Node& node, const AttributeValue& value, AttributeValue& out) {
  if (node.is_leaf()) {
    out = value;
    return true;
  }
  if (value.is(Type::kM) && !node.members.empty()) {
    Item members = project_members(node, value.m());
    if (members.empty()) return false;
    out = AttributeValue::of_m(std::move(members));
    return true;
  }
  if (!value.is(Type::kL)) return false;
  AttributeValue::List list;
  for (const auto& [index, child] : node.elements) {
    AttributeValue part;
    if (index < value.l().size() && project(child, value.l()[index], part)) {
      list.push_back(std::move(part));
    }
  }
  if (list.empty()) return false;
  out = AttributeValue::of_l(std::move(list));
  return true;
}

}  // namespace millrace::expr
