// What to keep warm and what to watch, as the operator or the function's author declares it: in
// millrace.yaml, or by the function's tags. Pure.
//
//   health:
//     notify: {from: ops@example.com, to: [oncall@example.com], webhook: "https://..."}
//     functions:
//       - function: notes-dev-*       # name, '*' matches any run of characters
//         every_s: 60                 # 0: no check
//         path: /health               # a GET through the function's REST event; absent: a plain
//         ping event keep_warm: 2
//
// Tags: "millrace:health" = "60" or "60 /health"; "millrace:keep-warm" = "2". Tags win over the
// file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/json.h"

namespace millrace::health {

inline constexpr int64_t kEveryMinS = 10;
inline constexpr int kKeepWarmMax = 100;

struct Watch {
  int64_t every_s = 0;  // 0: not checked
  std::string path;     // empty: plain ping
  int keep_warm = 0;
  bool operator==(const Watch&) const = default;
};

struct Rule {
  std::string pattern;
  Watch watch;
};

struct Notify {
  std::string from;  // an identity of SES, in the account and region of the function
  std::vector<std::string> to;
  std::string webhook;
};

struct HealthConfig {
  Notify notify;
  std::vector<Rule> rules;
};

// From the `health` section. Errors: InvalidConfiguration (400) naming the member.
Result<HealthConfig> parse_health_config(const codec::Json& section);

// What applies to a function: the first rule that matches its name, then its tags. A tag that
// cannot be understood is an error naming it.
Result<Watch> watch_for(const HealthConfig& config, std::string_view function_name,
                        const std::map<std::string, std::string>& tags);

}  // namespace millrace::health
