#include "svc/health/health_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace millrace::health {
namespace {

using codec::Json;

Error invalid(std::string message) {
  return Error("InvalidConfiguration", 400, std::move(message));
}

// '*' matches any run of characters; linear in the product of the lengths, without recursion.
bool glob_matches(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*')
    ++p;
  return p == pattern.size();
}

Result<int64_t> whole_number(const Json& parent, std::string_view name, int64_t fallback) {
  const Json* member = parent.find(name);
  if (member == nullptr) return fallback;
  if (!member->is_int() || *member->as_int() < 0) {
    return invalid(fmt::format("health.functions: {} must be a whole number, 0 or more", name));
  }
  return *member->as_int();
}

Status check(const Watch& watch, std::string_view where) {
  if (watch.every_s != 0 && watch.every_s < kEveryMinS) {
    return invalid(fmt::format("{}: a check every {} s is too often, at least {} s", where,
                               watch.every_s, kEveryMinS));
  }
  if (watch.keep_warm > kKeepWarmMax) {
    return invalid(
        fmt::format("{}: keep_warm {} is more than {}", where, watch.keep_warm, kKeepWarmMax));
  }
  if (!watch.path.empty() && watch.path[0] != '/') {
    return invalid(fmt::format("{}: path '{}' must begin with '/'", where, watch.path));
  }
  return ok_status();
}

Result<Rule> parse_rule(const Json& entry) {
  static constexpr std::string_view kKnown[] = {"function", "every_s", "path", "keep_warm"};
  if (!entry.is_object()) return invalid("health.functions: each entry must be a mapping");
  for (const auto& [name, value] : *entry.as_object()) {
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
      return invalid(
          fmt::format("health.functions: '{}' is not known; known are function, every_s, "
                      "path, keep_warm",
                      name));
    }
  }
  Rule rule{.pattern = std::string(entry.get_string("function"))};
  if (rule.pattern.empty()) return invalid("health.functions: 'function' is required");
  rule.watch.path = entry.get_string("path");
  MR_ASSIGN(rule.watch.every_s, whole_number(entry, "every_s", rule.watch.path.empty() ? 0 : 60));
  MR_ASSIGN(int64_t warm, whole_number(entry, "keep_warm", 0));
  rule.watch.keep_warm = static_cast<int>(std::min<int64_t>(warm, kKeepWarmMax + 1));
  MR_TRY(check(rule.watch, "health.functions " + rule.pattern));
  return rule;
}

// "60" or "60 /health"; false when the number cannot be read.
bool parse_health_tag(std::string_view value, Watch& watch) {
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), watch.every_s);
  if (error != std::errc()) return false;
  std::string_view rest(end, static_cast<size_t>(value.data() + value.size() - end));
  size_t begin = rest.find_first_not_of(' ');
  watch.path = begin == std::string_view::npos ? std::string() : std::string(rest.substr(begin));
  return true;
}

}  // namespace

Result<HealthConfig> parse_health_config(const Json& section) {
  HealthConfig config;
  if (section.is_null()) return config;
  if (const Json* notify = section.find("notify")) {
    config.notify.from = notify->get_string("from");
    config.notify.webhook = notify->get_string("webhook");
    if (const Json* to = notify->find("to"); to != nullptr && to->is_array()) {
      for (const Json& address : *to->as_array()) {
        if (const auto* text = address.as_string()) config.notify.to.push_back(*text);
      }
    } else if (to != nullptr && to->is_string()) {
      config.notify.to.push_back(*to->as_string());
    }
    if (!config.notify.to.empty() && config.notify.from.empty()) {
      return invalid("health.notify: 'to' needs 'from', an identity that SES knows");
    }
  }
  const Json* functions = section.find("functions");
  if (functions == nullptr) return config;
  if (!functions->is_array()) return invalid("health.functions must be a list");
  for (const Json& entry : *functions->as_array()) {
    MR_ASSIGN(Rule rule, parse_rule(entry));
    config.rules.push_back(std::move(rule));
  }
  return config;
}

Result<Watch> watch_for(const HealthConfig& config, std::string_view function_name,
                        const std::map<std::string, std::string>& tags) {
  Watch watch;
  for (const Rule& rule : config.rules) {
    if (glob_matches(rule.pattern, function_name)) {
      watch = rule.watch;
      break;
    }
  }
  if (auto tag = tags.find("millrace:health"); tag != tags.end()) {
    if (!parse_health_tag(tag->second, watch)) {
      return invalid(fmt::format(
          "tag millrace:health = '{}' must be seconds, or seconds and a path", tag->second));
    }
  }
  if (auto tag = tags.find("millrace:keep-warm"); tag != tags.end()) {
    auto [end, error] = std::from_chars(tag->second.data(), tag->second.data() + tag->second.size(),
                                        watch.keep_warm);
    if (error != std::errc() || *end != '\0' || watch.keep_warm < 0) {
      return invalid(
          fmt::format("tag millrace:keep-warm = '{}' must be a whole number", tag->second));
    }
  }
  MR_TRY(check(watch, function_name));
  return watch;
}

}  // namespace millrace::health
