#include "policy/match.h"

namespace millrace::policy {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(char a, char b, Case how) {
  if (a == kLiteralStar) return b == '*';
  if (a == kLiteralQuestion) return b == '?';
  return how == Case::kSensitive ? a == b : lower(a) == lower(b);
}

constexpr int kArnParts = 6;  // arn:partition:service:region:account:resource

}  // namespace

bool wildcard_match(std::string_view pattern, std::string_view text, Case how) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;  // the last '*' seen, and how far it has eaten
  size_t eaten = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      eaten = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || same(pattern[p], text[t], how))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++eaten;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

bool arn_match(std::string_view pattern, std::string_view arn) {
  if (pattern == "*") return true;
  for (int part = 0; part < kArnParts - 1; ++part) {
    size_t in_pattern = pattern.find(':');
    size_t in_arn = arn.find(':');
    if (in_pattern == std::string_view::npos || in_arn == std::string_view::npos) return false;
    if (!wildcard_match(pattern.substr(0, in_pattern), arn.substr(0, in_arn))) return false;
    pattern.remove_prefix(in_pattern + 1);
    arn.remove_prefix(in_arn + 1);
  }
  return wildcard_match(pattern, arn);
}

}  // namespace millrace::policy
