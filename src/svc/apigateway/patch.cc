#include "svc/apigateway/patch.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace millrace::apigateway {
namespace {

namespace v1 = aws::apigateway;

std::vector<std::string> split_path(std::string_view text) {
  std::vector<std::string> parts;
  if (text.starts_with('/')) text.remove_prefix(1);
  std::string part;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      parts.push_back(std::move(part));
      part.clear();
    } else if (text[i] == '~' && i + 1 < text.size() &&
               (text[i + 1] == '0' || text[i + 1] == '1')) {
      part.push_back(text[++i] == '1' ? '/' : '~');
    } else {
      part.push_back(text[i]);
    }
  }
  parts.push_back(std::move(part));
  return parts;
}

bool fits(const std::vector<std::string>& rule, const std::vector<std::string>& path) {
  if (rule.size() != path.size()) return false;
  for (size_t i = 0; i < rule.size(); ++i) {
    if (rule[i] != "*" && rule[i] != path[i]) return false;
  }
  return true;
}

bool has_word(std::string_view words, std::string_view word) {
  return fmt::format(" {} ", words).find(fmt::format(" {} ", word)) != std::string::npos;
}

Error bad_path(const Patch& patch, const std::vector<PatchRule>& rules) {
  std::string allowed;
  for (const PatchRule& rule : rules) {
    if (!has_word(rule.ops, patch.op)) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += rule.path;
  }
  return v1::errors::bad_request_exception(
      fmt::format("Invalid patch path  '{}' specified for op '{}'. Must be one of: [{}]",
                  patch.path_text, patch.op, allowed));
}

Error bad_value(const Patch& patch) {
  return v1::errors::bad_request_exception(fmt::format(
      "Invalid patch value  '{}' specified for path '{}'", patch.value, patch.path_text));
}

}  // namespace

Result<bool> Patch::boolean() const {
  if (value == "true" || value == "True" || value == "TRUE") return true;
  if (value == "false" || value == "False" || value == "FALSE") return false;
  return v1::errors::bad_request_exception(fmt::format(
      "Invalid patch value  '{}' specified for path '{}'. Must be boolean: true or false", value,
      path_text));
}

Result<double> Patch::number() const {
  char* end = nullptr;
  double result = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !std::isfinite(result)) return bad_value(*this);
  return result;
}

Result<int64_t> Patch::integer() const {
  MR_ASSIGN(double result, number());
  if (result != std::floor(result) || std::abs(result) > 1e15) return bad_value(*this);
  return static_cast<int64_t>(result);
}

Status apply_patches(const std::optional<std::vector<v1::PatchOperation>>& operations,
                     const std::vector<PatchRule>& rules) {
  if (!operations) return ok_status();
  for (const v1::PatchOperation& operation : *operations) {
    Patch patch{.op = operation.op.value_or(""),
                .path_text = operation.path.value_or(""),
                .value = operation.value.value_or("")};
    patch.path = split_path(patch.path_text);
    if (patch.op == "copy" || patch.op == "move" || patch.op == "test") {
      return v1::errors::bad_request_exception(
          fmt::format("Patch operation '{}' is not supported by Millrace", patch.op));
    }
    const PatchRule* found = nullptr;
    for (const PatchRule& rule : rules) {
      if (has_word(rule.ops, patch.op) && fits(split_path(rule.path), patch.path)) {
        found = &rule;
        break;
      }
    }
    if (found == nullptr) return bad_path(patch, rules);
    MR_TRY(found->apply(patch));
  }
  return ok_status();
}

PatchRule text_rule(std::string_view path, std::optional<std::string>& member) {
  return {path, "replace", [&member](const Patch& patch) {
            member = patch.value;
            return ok_status();
          }};
}

PatchRule flag_rule(std::string_view path, std::optional<bool>& member) {
  return {path, "replace", [&member](const Patch& patch) -> Status {
            MR_ASSIGN(member, patch.boolean());
            return ok_status();
          }};
}

}  // namespace millrace::apigateway
