// Schedules, event patterns, mapping templates and regular expressions: whatever the text, they
// end, and what they accept they can also run.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/json.h"
#include "expr/event_pattern.h"
#include "expr/mapping_template.h"
#include "expr/regex.h"
#include "expr/schedule.h"

namespace {

using namespace millrace;  // NOLINT: a test

void fuzz_schedule(std::string_view text) {
  auto schedule = expr::Schedule::parse(text);
  if (!schedule.ok()) return;
  Instant start = Instant::from_seconds(1'767'225'600);
  auto next = schedule->next({.after = start, .anchor = start});
  if (next && *next <= start) __builtin_trap();
}

void fuzz_pattern(std::string_view text) {
  auto pattern = expr::EventPattern::parse(text);
  auto event = codec::Json::parse(text);
  if (pattern.ok() && event.ok()) (void)pattern->matches(*event);
}

void fuzz_template(std::string_view text) {
  auto parsed = expr::MappingTemplate::parse(text);
  if (!parsed.ok()) return;
  expr::TemplateInput input;
  input.parameter = [](std::string_view name) { return std::string(name); };
  input.header = input.parameter;
  input.context = [](std::string_view) { return std::optional<std::string>("x"); };
  input.stage_variable = [](std::string_view) { return std::optional<std::string>(); };
  (void)parsed->render(input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 4096) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: fuzz_schedule(text); break;
    case 1: fuzz_pattern(text); break;
    case 2: fuzz_template(text); break;
    default: {
      auto regex = expr::Regex::parse(text.substr(0, text.size() / 2));
      if (regex.ok()) (void)regex->matches(text);
    }
  }
  return 0;
}
