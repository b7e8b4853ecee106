#include "aws/rest_router.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::aws {
namespace {

// "/a/b" -> {"a", "b"}; one trailing slash counts as none.
std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> out;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (!path.empty()) {
    const size_t slash = path.find('/');
    out.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return out;
}

}  // namespace

RestRouter::RestRouter(const Service& service) {
  for (const OperationName& operation : service.operations) {
    routes_.push_back(compile(service, operation));
  }
  std::ranges::sort(routes_, [](const Route& a, const Route& b) {
    if (a.specificity != b.specificity) return a.specificity > b.specificity;
    const bool have_a = a.operation->operation != nullptr;
    const bool have_b = b.operation->operation != nullptr;
    if (have_a != have_b) return have_a;
    return a.operation->name < b.operation->name;
  });
}

RestRouter::Route RestRouter::compile(const Service& service, const OperationName& operation) {
  Route route{.operation = &operation};
  const size_t question = operation.http_uri.find('?');
  for (std::string_view segment : split_path(operation.http_uri.substr(0, question))) {
    if (!segment.starts_with('{')) {
      route.segments.push_back({Segment::Kind::kLiteral, segment});
      route.specificity += 1000;
      continue;
    }
    segment = segment.substr(1, segment.size() - 2);
    const bool greedy = segment.ends_with('+');
    if (greedy) segment.remove_suffix(1);
    route.segments.push_back({greedy ? Segment::Kind::kGreedy : Segment::Kind::kLabel, segment});
    route.specificity += greedy ? 10 : 100;
  }
  std::string_view literals =
      question == std::string_view::npos ? "" : operation.http_uri.substr(question + 1);
  while (!literals.empty()) {
    const size_t end = literals.find('&');
    const std::string_view pair = literals.substr(0, end);
    const size_t equals = pair.find('=');
    route.query.push_back(
        {pair.substr(0, equals), equals == pair.npos ? "" : pair.substr(equals + 1)});
    route.specificity += 3;
    literals = end == literals.npos ? "" : literals.substr(end + 1);
  }
  if (service.id != "s3" || operation.operation == nullptr) return route;
  for (const Member& member : operation.operation->input->members) {
    if (!member.required) continue;
    if (member.location == Location::kQueryString) route.query_members.push_back(member.wire_name);
    // GetObjectAttributes is known by its query literal; a missing header there is an error of its
    // own.
    if (member.location == Location::kHeader && route.query.empty()) {
      route.header_members.push_back(member.wire_name);
    }
  }
  route.specificity += static_cast<int>(route.query_members.size() + route.header_members.size());
  return route;
}

bool RestRouter::matches(const Route& route, const RequestView& request,
                         const std::vector<std::string_view>& segments,
                         const QueryParameters& query) {
  if (route.operation->http_method != request.method) return false;
  const bool greedy =
      !route.segments.empty() && route.segments.back().kind == Segment::Kind::kGreedy;
  if (greedy ? segments.size() < route.segments.size() : segments.size() != route.segments.size()) {
    return false;
  }
  for (size_t i = 0; i < route.segments.size(); ++i) {
    const Segment& segment = route.segments[i];
    if (segment.kind == Segment::Kind::kLiteral && segment.text != segments[i]) return false;
    if (segment.kind == Segment::Kind::kLabel && segments[i].empty()) return false;
  }
  for (const Literal& literal : route.query) {
    const std::string* value = find_parameter(query, literal.name);
    if (value == nullptr || (!literal.value.empty() && *value != literal.value)) return false;
  }
  for (std::string_view name : route.query_members) {
    if (find_parameter(query, name) == nullptr) return false;
  }
  for (std::string_view name : route.header_members) {
    if (!request.has_header(name)) return false;
  }
  return true;
}

Labels RestRouter::labels_of(const Route& route, const RequestView& request,
                             const std::vector<std::string_view>& segments) {
  Labels labels;
  for (size_t i = 0; i < route.segments.size(); ++i) {
    const Segment& segment = route.segments[i];
    if (segment.kind == Segment::Kind::kLiteral) continue;
    std::string_view raw = segments[i];
    if (segment.kind == Segment::Kind::kGreedy) {
      // The rest of the path as it stands, with its empty segments and trailing slash.
      const char* end = request.path.data() + request.path.size();
      raw = std::string_view(raw.data(), static_cast<size_t>(end - raw.data()));
    }
    labels.emplace_back(segment.text, percent_decode(raw));
  }
  return labels;
}

std::optional<RestRouter::Match> RestRouter::match(const RequestView& request) const {
  const std::vector<std::string_view> segments = split_path(request.path);
  const QueryParameters query = parse_query_string(request.query);
  for (const Route& route : routes_) {
    if (matches(route, request, segments, query)) {
      return Match{route.operation, labels_of(route, request, segments)};
    }
  }
  return std::nullopt;
}

}  // namespace millrace::aws
