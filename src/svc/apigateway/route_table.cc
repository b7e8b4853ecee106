#include "svc/apigateway/route_table.h"

#include "base/encoding.h"

namespace millrace::apigateway {
namespace {

// "/a/b" -> "a", "b"; "/" -> "".
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

void RouteTable::add(Route route, size_t target) {
  Node* node = &root_;
  std::vector<std::string> names;
  bool greedy = false;
  for (std::string_view segment : segments_of(route.path)) {
    if (!segment.starts_with('{')) {
      auto& child = node->literals[std::string(segment)];
      if (!child) child = std::make_unique<Node>();
      node = child.get();
      continue;
    }
    segment = segment.substr(1, segment.size() - 2);
    greedy = segment.ends_with('+');
    if (greedy) segment.remove_suffix(1);
    names.emplace_back(segment);
    if (greedy) break;
    if (!node->variable) node->variable = std::make_unique<Node>();
    node = node->variable.get();
  }
  auto& entries = greedy ? node->greedy : node->entries;
  entries.push_back({std::string(route.method), std::move(names), target});
}

struct RouteTable::Search {
  std::string_view method;
  std::vector<std::string_view> segments;
  std::vector<std::string> decoded;
  std::vector<std::string_view> values;  // of the variables on the way

  const Entry* entry_of(const std::vector<Entry>& entries) const {
    const Entry* any = nullptr;
    for (const Entry& entry : entries) {
      if (entry.method == method) return &entry;
      if (entry.method == "ANY") any = &entry;
    }
    return any;
  }

  // Every node is reached by one way only, so this visits each at most once.
  const Entry* visit(const Node& node, size_t depth) {
    if (depth == segments.size()) return entry_of(node.entries);
    auto literal = node.literals.find(decoded[depth]);
    if (literal != node.literals.end()) {
      if (const Entry* found = visit(*literal->second, depth + 1)) return found;
    }
    if (segments[depth].empty() && depth + 1 == segments.size()) return nullptr;
    if (node.variable && !segments[depth].empty()) {
      values.push_back(segments[depth]);
      if (const Entry* found = visit(*node.variable, depth + 1)) return found;
      values.pop_back();
    }
    const Entry* found = entry_of(node.greedy);
    if (found != nullptr) {
      const char* end = segments.back().data() + segments.back().size();
      values.emplace_back(segments[depth].data(),
                          static_cast<size_t>(end - segments[depth].data()));
    }
    return found;
  }
};

std::optional<RouteTable::Match> RouteTable::find(Route request) const {
  Search search{.method = request.method, .segments = segments_of(request.path)};
  search.decoded.reserve(search.segments.size());
  for (std::string_view segment : search.segments)
    search.decoded.push_back(percent_decode(segment));
  const Entry* entry = search.visit(root_, 0);
  if (entry == nullptr) return std::nullopt;
  Match match{.target = entry->target};
  for (size_t i = 0; i < entry->names.size(); ++i) {
    match.parameters.emplace_back(entry->names[i], std::string(search.values[i]));
  }
  return match;
}

}  // namespace millrace::apigateway
