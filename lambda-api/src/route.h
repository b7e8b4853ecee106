// Pattern: one route's path, and whether a request's path matches it. A plain value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lambda_api/error.h"

namespace lambda_api {

class Pattern {
 public:
  // Error: what is wrong with the pattern.
  static Result<Pattern> parse(std::string_view text);

  // The values of its parameters, in order of the pattern; nullopt when the path does not match.
  std::optional<std::vector<std::pair<std::string, std::string>>> match(
      std::string_view path) const;

  // Whether this is to be tried before `other`: literal before parameter before rest, from the
  // left.
  bool is_more_literal_than(const Pattern& other) const;
  // Whether both match exactly the same paths.
  bool matches_the_same_as(const Pattern& other) const;

  const std::string& text() const { return text_; }

 private:
  enum class Kind { kLiteral, kParameter, kRest };  // in order of preference
  struct Segment {
    Kind kind;
    std::string text;  // the literal, or the parameter's name
  };

  std::string text_;
  std::vector<Segment> segments_;
};

}  // namespace lambda_api
