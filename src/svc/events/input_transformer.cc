#include "svc/events/input_transformer.h"

#include <fmt/format.h>

namespace millrace::events {
namespace {

using codec::Json;
namespace ev = aws::events;

constexpr size_t kPathsMax = 100;

// Takes one step off a path: ".name", "['name']" or "[3]". False: malformed.
struct Step {
  std::string name;
  std::optional<size_t> index;
};
bool take_step(std::string_view& path, Step& step) {
  if (path.starts_with('.')) {
    size_t end = path.find_first_of(".[", 1);
    step.name = std::string(path.substr(1, end == path.npos ? end : end - 1));
    path = end == path.npos ? std::string_view() : path.substr(end);
    return !step.name.empty() && step.name != "*";
  }
  size_t close = path.find(']');
  if (!path.starts_with('[') || close == path.npos || close < 2) return false;
  std::string_view inner = path.substr(1, close - 1);
  path.remove_prefix(close + 1);
  if (inner.size() > 2 && inner.front() == '\'' && inner.back() == '\'') {
    step.name = std::string(inner.substr(1, inner.size() - 2));
    return true;
  }
  size_t index = 0;
  if (inner.size() > 6) return false;
  for (char c : inner) {
    if (c < '0' || c > '9') return false;
    index = index * 10 + static_cast<size_t>(c - '0');
  }
  step.index = index;
  return true;
}

// A value as a template shows it: quoted where it stands alone, bare within a string.
std::string shown(const Json* value, bool in_string) {
  if (value == nullptr) return in_string ? "" : "null";
  if (!in_string) return value->dump();
  std::string text = value->is_string() ? *value->as_string() : value->dump();
  std::string quoted;
  codec::append_json_string(quoted, text);
  return quoted.substr(1, quoted.size() - 2);
}

std::optional<Json> reserved_variable(std::string_view name, const Delivery& delivery) {
  if (name == "aws.events.rule-arn") return Json(delivery.rule_arn);
  if (name == "aws.events.rule-name") return Json(delivery.rule_name);
  if (name == "aws.events.event.ingestion-time") return Json(format_iso8601(delivery.ingested));
  if (name == "aws.events.event.json") return delivery.event;
  if (name == "aws.events.event") {
    Json event = delivery.event;
    event.erase("detail");
    return event;
  }
  return std::nullopt;
}

std::string transform(const ev::InputTransformer& transformer, const Delivery& delivery) {
  const auto paths = transformer.input_paths_map.value_or(std::map<std::string, std::string>());
  std::string_view rest = transformer.input_template;
  std::string result;
  bool in_string = false;
  while (!rest.empty()) {
    char c = rest[0];
    size_t close = c == '<' ? rest.find('>') : std::string_view::npos;
    if (close != std::string_view::npos) {
      std::string name(rest.substr(1, close - 1));
      auto path = paths.find(name);
      auto reserved = reserved_variable(name, delivery);
      if (path != paths.end() || reserved) {
        result += shown(reserved ? &*reserved : find_path(delivery.event, path->second), in_string);
        rest.remove_prefix(close + 1);
        continue;
      }
    }
    if (c == '\\' && in_string && rest.size() > 1) {
      result += rest.substr(0, 2);
      rest.remove_prefix(2);
      continue;
    }
    if (c == '"') in_string = !in_string;
    result.push_back(c);
    rest.remove_prefix(1);
  }
  return result;
}

}  // namespace

bool is_path(std::string_view path) {
  if (!path.starts_with('$')) return false;
  path.remove_prefix(1);
  Step step;
  while (!path.empty()) {
    if (!take_step(path, step)) return false;
  }
  return true;
}

const Json* find_path(const Json& event, std::string_view path) {
  if (!path.starts_with('$')) return nullptr;
  path.remove_prefix(1);
  const Json* value = &event;
  while (!path.empty() && value != nullptr) {
    Step step;
    if (!take_step(path, step)) return nullptr;
    if (!step.index) {
      value = value->find(step.name);
    } else {
      const Json::Array* array = value->as_array();
      value = array != nullptr && *step.index < array->size() ? &(*array)[*step.index] : nullptr;
    }
  }
  return value;
}

Status check_input(const ev::Target& target) {
  int given =
      (target.input ? 1 : 0) + (target.input_path ? 1 : 0) + (target.input_transformer ? 1 : 0);
  auto invalid = [](std::string message) {
    return Error("ValidationException", 400, std::move(message));
  };
  if (given > 1) {
    return invalid(fmt::format(
        "Only one of Input, InputPath, or InputTransformer must be provided for target {}.",
        target.id));
  }
  if (target.input && !Json::parse(*target.input).ok()) {
    return invalid(fmt::format("JSON syntax error in input for target {}.", target.id));
  }
  if (target.input_path && !is_path(*target.input_path)) {
    return invalid(fmt::format("Invalid InputPath for target {}.", target.id));
  }
  if (!target.input_transformer) return ok_status();
  const auto paths =
      target.input_transformer->input_paths_map.value_or(std::map<std::string, std::string>());
  if (paths.size() > kPathsMax) return invalid("InputPathsMap has more than 100 entries.");
  for (const auto& [name, path] : paths) {
    if (!is_path(path)) return invalid(fmt::format("Invalid InputPath for target {}.", target.id));
    if (name.starts_with("AWS")) return invalid("InputPathsMap keys cannot start with AWS.");
  }
  return ok_status();
}

std::string input_for(const ev::Target& target, const Delivery& delivery) {
  if (target.input) return *target.input;
  if (target.input_path) {
    const Json* part = find_path(delivery.event, *target.input_path);
    return part == nullptr ? "null" : part->dump();
  }
  if (target.input_transformer) return transform(*target.input_transformer, delivery);
  return delivery.event.dump();
}

}  // namespace millrace::events
