// The compiled form behind expr/event_pattern.h, shared by its compiler and its evaluation.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "expr/event_pattern.h"

namespace millrace::expr {

struct PatternMatcher {
  enum class Kind : uint8_t {
    kExact,
    kPrefix,
    kSuffix,
    kEqualsIgnoreCase,
    kWildcard,
    kAnythingBut,
    kNumeric,
    kExists,
    kCidr,
  };
  Kind kind = Kind::kExact;
  bool ignore_case = false;              // of kPrefix and kSuffix
  bool should_exist = false;             // kExists
  codec::Json value;                     // kExact
  std::string text;                      // kPrefix ... kWildcard; lower case where ignore_case
  std::vector<PatternMatcher> excluded;  // kAnythingBut
  std::vector<std::pair<std::string, double>> bounds;  // kNumeric: operator and number
  uint32_t network = 0;                                // kCidr
  uint32_t mask = 0;

  bool matches(const codec::Json& leaf) const;
};

// Either a leaf with alternatives, or an object whose fields and $or groups must all match.
struct EventPattern::Node {
  using Ptr = std::shared_ptr<const Node>;
  bool is_leaf = false;
  std::vector<PatternMatcher> matchers;
  std::vector<std::pair<std::string, Ptr>> fields;
  std::vector<std::vector<Ptr>> alternatives;
};

// Compiles one element of a leaf's array.
Result<PatternMatcher> compile_matcher(const codec::Json& value);
Error invalid_pattern(std::string_view reason);
// '*' stands for any characters, "\*" and "\\" for themselves.
bool wildcard_matches(std::string_view pattern, std::string_view text);

}  // namespace millrace::expr
