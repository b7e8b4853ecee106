// Regular expressions as API Gateway's configuration uses them (selection patterns, String.matches
// in mapping templates): the part of Java's syntax without look-around and back references.
// Matching takes time linear in the text, whatever the pattern, so a pattern cannot be used to stop
// the server.
//
// Supported: literals, '.', classes [a-z] [^x], \d \w \s \D \W \S, escaped punctuation, ( ), (?: ),
// |,
// * + ? {n} {n,} {n,m}; ^ and $ at the ends. A value; free-threaded.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::expr {

class Regex {
 public:
  // Errors: BadRequestException naming what is malformed or not supported.
  static Result<Regex> parse(std::string_view pattern);

  // The whole text, as Java's String.matches has it.
  bool matches(std::string_view text) const;

  using Bytes = std::bitset<256>;

 private:
  friend class RegexCompiler;

  enum class Kind : uint8_t { kBytes, kSplit, kMatch };
  struct State {
    Kind kind = Kind::kMatch;
    uint32_t set = 0;  // kBytes: index into sets_
    int32_t next = -1;
    int32_t other = -1;  // kSplit
  };
  void add(std::vector<int32_t>& list, std::vector<uint32_t>& seen, uint32_t mark,
           int32_t state) const;

  std::vector<State> states_;
  std::vector<Bytes> sets_;
  int32_t start_ = 0;
};

}  // namespace millrace::expr
