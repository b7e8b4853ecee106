#include "svc/logs/filter_pattern.h"

#include <algorithm>

#include "aws/logs.h"

namespace millrace::logs {
namespace {

Error invalid(std::string message) {
  return aws::logs::errors::invalid_parameter_exception(std::move(message));
}

}  // namespace

Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  FilterPattern pattern;
  bool is_first = true;
  while (true) {
    size_t begin = text.find_first_not_of(" \t\n");
    if (begin == text.npos) return pattern;
    text.remove_prefix(begin);
    char kind = text.front();
    if (is_first && (kind == '{' || kind == '[')) {
      return invalid("JSON and space-delimited filter patterns are not supported by Millrace.");
    }
    is_first = false;
    std::vector<std::string>* into = &pattern.all_;
    if (kind == '?' || kind == '-') {
      into = kind == '?' ? &pattern.any_ : &pattern.none_;
      text.remove_prefix(1);
    }
    std::string term;
    if (!text.empty() && text.front() == '"') {
      size_t end = 1;
      for (; end < text.size() && text[end] != '"'; ++end) {
        if (text[end] == '\\' && end + 1 < text.size()) ++end;
        term += text[end];
      }
      if (end >= text.size()) return invalid("Invalid filter pattern");
      text.remove_prefix(end + 1);
    } else {
      size_t end = std::min(text.find_first_of(" \t\n"), text.size());
      term = text.substr(0, end);
      text.remove_prefix(end);
      if (term.size() > 1 && term.front() == '%' && term.back() == '%') {
        return invalid("Regular expressions in filter patterns are not supported by Millrace.");
      }
    }
    if (term.empty()) return invalid("Invalid filter pattern");
    into->push_back(std::move(term));
  }
}

bool FilterPattern::matches(std::string_view message) const {
  auto occurs = [&](const std::string& term) { return message.find(term) != message.npos; };
  return std::ranges::all_of(all_, occurs) && std::ranges::none_of(none_, occurs) &&
         (any_.empty() || std::ranges::any_of(any_, occurs));
}

}  // namespace millrace::logs
