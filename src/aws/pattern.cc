#include "aws/pattern.h"

#include <re2/re2.h>

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace millrace::aws {
namespace {

// Java's patterns with look-around, as a pattern to match and one not to match.
struct LookAround {
  std::string_view java;
  std::string_view wanted;
  std::string_view unwanted;
};
constexpr LookAround kLookArounds[] = {
    {R"re(^(?!\s*$).+)re", R"re(.+)re", R"re(\s*)re"},
    {R"re(((?!^\d+$)^[0-9a-zA-Z-_]+$))re", R"re([0-9a-zA-Z_-]+)re", R"re(\d+)re"},
    {R"re((?!^[0-9]+$)([a-zA-Z0-9-_]+))re", R"re([a-zA-Z0-9_-]+)re", R"re([0-9]+)re"},
    {R"re((^(?!(system\x2e)))(^[_a-zA-Z0-9])([^$]*))re", R"re([_a-zA-Z0-9][^$]*)re",
     R"re(system\x2e(?s:.*))re"},
    {R"re([0-9A-Za-z\.\-_]*(?<!\.))re", R"re([0-9A-Za-z\.\-_]*)re", R"re((?s:.*)\.)re"},
};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// \u1234 -> \x{1234}. STS writes \u10000 and \u10FFFF, which no \u of four digits can mean.
std::string to_re2(std::string_view java) {
  std::string out;
  for (size_t i = 0; i < java.size(); ++i) {
    if (java.substr(i, 2) != "\\u") {
      out += java[i];
      if (java[i] == '\\' && i + 1 < java.size()) out += java[++i];
      continue;
    }
    size_t digits = 4;
    if (java.substr(i + 2, 5) == "10000") digits = 5;
    if (java.substr(i + 2, 6) == "10FFFF") digits = 6;
    if (i + 2 + digits > java.size() || !is_hex(java[i + 2])) return std::string(java);
    out += "\\x{";
    out += java.substr(i + 2, digits);
    out += '}';
    i += 1 + digits;
  }
  return out;
}

RE2::Options options() {
  RE2::Options out;
  out.set_log_errors(false);
  out.set_max_mem(8 << 20);
  return out;
}

class Compiled {
 public:
  explicit Compiled(std::string_view java) {
    std::string wanted = to_re2(java);
    for (const LookAround& entry : kLookArounds) {
      if (entry.java != java) continue;
      wanted = entry.wanted;
      unwanted_ = std::make_unique<RE2>(std::string(entry.unwanted), options());
    }
    wanted_ = std::make_unique<RE2>(wanted, options());
  }

  bool ok() const { return wanted_->ok() && (unwanted_ == nullptr || unwanted_->ok()); }
  bool matches(std::string_view text) const {
    if (!ok()) return true;
    const re2::StringPiece piece(text.data(), text.size());
    return RE2::FullMatch(piece, *wanted_) &&
           (unwanted_ == nullptr || !RE2::FullMatch(piece, *unwanted_));
  }

 private:
  std::unique_ptr<RE2> wanted_;
  std::unique_ptr<RE2> unwanted_;
};

// The patterns are constants of the generated tables, so this grows to their number and no further.
const Compiled& compiled(std::string_view pattern) {
  static std::shared_mutex mutex;
  static std::unordered_map<std::string_view, std::unique_ptr<const Compiled>> cache;
  {
    std::shared_lock lock(mutex);
    if (const auto found = cache.find(pattern); found != cache.end()) return *found->second;
  }
  auto fresh = std::make_unique<const Compiled>(pattern);
  std::unique_lock lock(mutex);
  return *cache.emplace(pattern, std::move(fresh)).first->second;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  return compiled(pattern).matches(text);
}

bool can_compile_pattern(std::string_view pattern) { return Compiled(pattern).ok(); }

}  // namespace millrace::aws
