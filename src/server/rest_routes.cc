#include "server/rest_routes.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::server {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

// "a=b&c" as raw pairs.
Pairs split_query(std::string_view query) {
  Pairs pairs;
  while (!query.empty()) {
    std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.empty()) continue;
    size_t equals = part.find('=');
    std::string_view value = equals == std::string_view::npos ? "" : part.substr(equals + 1);
    pairs.emplace_back(part.substr(0, equals), value);
  }
  return pairs;
}

bool has_key(const Pairs& query, std::string_view key) {
  return std::ranges::any_of(query, [&](const auto& pair) { return pair.first == key; });
}

}  // namespace

RestRoutes::Route RestRoutes::compile(const aws::OperationName& name) {
  Route route{&name, {}, {}, {}, {}};
  std::string_view uri = name.http_uri;
  size_t question = uri.find('?');
  if (question != std::string_view::npos) {
    route.literals = split_query(uri.substr(question + 1));
    std::erase_if(route.literals, [](const auto& pair) { return pair.first == "x-id"; });
  }
  std::string_view path = uri.substr(0, question);
  while (!path.empty()) {
    path.remove_prefix(1);
    std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    if (part.empty()) continue;
    Segment segment{part};
    if (part.starts_with('{')) {
      segment.is_label = true;
      segment.is_greedy = part.ends_with("+}");
      segment.text = part.substr(1, part.size() - (segment.is_greedy ? 3 : 2));
    }
    route.segments.push_back(segment);
  }
  if (name.operation == nullptr) return route;
  for (const aws::Member& member : name.operation->input->members) {
    if (!member.required) continue;
    if (member.location == aws::Location::kQueryString) {
      route.required_query.push_back(member.wire_name);
    } else if (member.location == aws::Location::kHeader) {
      route.required_headers.push_back(member.wire_name);
    }
  }
  return route;
}

RestRoutes::RestRoutes(const aws::Service& service) {
  for (const aws::OperationName& name : service.operations) {
    by_method_[name.http_method].push_back(compile(name));
  }
}

bool RestRoutes::match_path(const Route& route, std::string_view path, RestMatch* match) {
  match->labels.clear();
  for (const Segment& segment : route.segments) {
    if (path.empty()) return false;
    path.remove_prefix(1);
    std::string_view part = segment.is_greedy ? path : path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    if (part.empty()) return false;
    if (segment.is_label) {
      match->labels.emplace_back(std::string(segment.text), percent_decode(part));
    } else if (part != segment.text) {
      return false;
    }
  }
  return path.empty() || path == "/";  // a slash at the end makes no difference
}

RestMatch RestRoutes::find(std::string_view method, std::string_view path, std::string_view query,
                           const std::function<bool(std::string_view)>& has_header) const {
  RestMatch best;
  auto routes = by_method_.find(method);
  if (routes == by_method_.end()) return best;
  Pairs pairs = split_query(query);
  int best_score = -1;
  RestMatch match;
  for (const Route& route : routes->second) {
    auto fits = [&](const auto& literal) {
      return std::ranges::any_of(pairs, [&](const auto& pair) {
        return pair.first == literal.first &&
               (literal.second.empty() || pair.second == literal.second);
      });
    };
    if (!std::ranges::all_of(route.literals, fits)) continue;
    if (!std::ranges::all_of(route.required_query, [&](auto key) { return has_key(pairs, key); })) {
      continue;
    }
    if (!std::ranges::all_of(route.required_headers, has_header)) continue;
    int literal_segments = 0;
    for (const Segment& segment : route.segments) literal_segments += segment.is_label ? 0 : 1;
    int score = literal_segments * 10'000 + static_cast<int>(route.literals.size()) * 1'000 +
                static_cast<int>(route.required_query.size()) * 100 +
                static_cast<int>(route.required_headers.size()) * 10 +
                (route.name->operation != nullptr ? 1 : 0);
    if (score <= best_score || !match_path(route, path, &match)) continue;
    best_score = score;
    match.name = route.name;
    std::swap(best, match);
  }
  return best;
}

}  // namespace millrace::server
