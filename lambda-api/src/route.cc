#include "route.h"

#include <algorithm>

namespace lambda_api {

namespace {

// "/a/b" -> "a", "b"; "/" and "" -> none. A slash at the end is not significant.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const size_t length = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, length));
    path.remove_prefix(std::min(path.size(), length + 1));
  }
  return segments;
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text) {
  auto wrong = [&](std::string_view what) {
    return failure(500, "BadPattern", "route \"" + std::string(text) + "\": " + std::string(what));
  };
  if (!text.starts_with('/')) return wrong("must start with '/'");
  Pattern pattern;
  pattern.text_ = text;
  for (std::string_view segment : split(text)) {
    if (!pattern.segments_.empty() && pattern.segments_.back().kind == Kind::kRest) {
      return wrong("nothing may follow {name+}");
    }
    if (!segment.starts_with('{')) {
      if (segment.find_first_of("{}") != std::string_view::npos)
        return wrong("a parameter is a whole segment");
      pattern.segments_.push_back({Kind::kLiteral, std::string(segment)});
      continue;
    }
    if (!segment.ends_with('}')) return wrong("'}' is missing");
    segment = segment.substr(1, segment.size() - 2);
    const bool rest = segment.ends_with('+');
    if (rest) segment.remove_suffix(1);
    if (segment.empty() || segment.find_first_of("{}+") != std::string_view::npos)
      return wrong("bad name");
    if (std::ranges::any_of(pattern.segments_, [&](const Segment& other) {
          return other.kind != Kind::kLiteral && other.text == segment;
        })) {
      return wrong("the same name twice");
    }
    pattern.segments_.push_back({rest ? Kind::kRest : Kind::kParameter, std::string(segment)});
  }
  return pattern;
}

std::optional<std::vector<std::pair<std::string, std::string>>> Pattern::match(
    std::string_view path) const {
  std::vector<std::pair<std::string, std::string>> values;
  const std::vector<std::string_view> given = split(path);
  for (size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    if (i >= given.size()) return std::nullopt;
    if (segment.kind == Kind::kRest) {
      values.emplace_back(segment.text,
                          std::string(given[i].data(), given.back().data() + given.back().size()));
      return values;
    }
    if (segment.kind == Kind::kLiteral && segment.text != given[i]) return std::nullopt;
    if (segment.kind == Kind::kParameter) {
      if (given[i].empty()) return std::nullopt;
      values.emplace_back(segment.text, given[i]);
    }
  }
  if (given.size() != segments_.size()) return std::nullopt;
  return values;
}

bool Pattern::is_more_literal_than(const Pattern& other) const {
  for (size_t i = 0; i < std::min(segments_.size(), other.segments_.size()); ++i) {
    if (segments_[i].kind != other.segments_[i].kind)
      return segments_[i].kind < other.segments_[i].kind;
  }
  return segments_.size() > other.segments_.size();
}

bool Pattern::matches_the_same_as(const Pattern& other) const {
  return std::ranges::equal(segments_, other.segments_, [](const Segment& a, const Segment& b) {
    return a.kind == b.kind && (a.kind != Kind::kLiteral || a.text == b.text);
  });
}

}  // namespace lambda_api
