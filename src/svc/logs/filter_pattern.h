// Filter patterns of unstructured events: terms that must, may ("?") or must not ("-") occur,
// quoted where they hold spaces. JSON and space-delimited patterns and regular expressions are
// refused. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::logs {

class FilterPattern {
 public:
  // Errors: InvalidParameterException.
  static Result<FilterPattern> parse(std::string_view text);
  bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_, any_, none_;
};

}  // namespace millrace::logs
