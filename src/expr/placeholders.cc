#include "expr/placeholders.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::expr {

namespace {

Error validation(std::string message) {
  return Error("ValidationException", 400, std::move(message));
}

bool is_well_formed(std::string_view key, char first) {
  if (key.size() < 2 || key[0] != first) return false;
  return std::ranges::all_of(key.substr(1), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

constexpr std::size_t kMaxKeySize = 255;  // with its '#' or ':'

Status check_key_size(std::string_view key, std::string_view parameter, char first) {
  if (key.size() <= kMaxKeySize) return ok_status();
  // DynamoDB tells the size for a name only.
  const std::string size = first == '#' ? fmt::format(" size of key: {}", key.size()) : "";
  return validation(
      fmt::format("{} contains invalid key: The expression attribute map contains a key that is "
                  "too long;{}",
                  parameter, size));
}

Status check_keys(const auto& map, std::string_view parameter, char first) {
  if (map.size() == 0) return validation(fmt::format("{} must not be empty", parameter));
  for (const auto& [key, unused] : map) {
    MR_TRY(check_key_size(key, parameter, first));
    if (!is_well_formed(key, first)) {
      return validation(
          fmt::format("{} contains invalid key: Syntax error; key: \"{}\"", parameter, key));
    }
  }
  return ok_status();
}

Status check_not_empty(const Placeholders::Names& names) {
  const auto it = std::ranges::find_if(names, [](const auto& name) { return name.second.empty(); });
  if (it == names.end()) return ok_status();
  return validation(fmt::format(
      "ExpressionAttributeNames contains invalid value: Empty attribute name for key {}",
      it->first));
}

Status check_used(const auto& map, std::string_view parameter,
                  const std::vector<std::string_view>& used) {
  std::vector<std::string_view> unused;
  for (const auto& [key, ignored] : map) {
    if (std::ranges::find(used, key) == used.end()) unused.push_back(key);
  }
  if (unused.empty()) return ok_status();
  return validation(fmt::format("Value provided in {} unused in expressions: keys: {{{}}}",
                                parameter, fmt::join(unused, ", ")));
}

}  // namespace

Placeholders::Placeholders(const Names* names, const codec::Item* values)
    : names_(names), values_(values) {}

Status Placeholders::check() const {
  if (names_ != nullptr) {
    MR_TRY(check_keys(*names_, "ExpressionAttributeNames", '#'));
    MR_TRY(check_not_empty(*names_));
  }
  if (values_ != nullptr) MR_TRY(check_keys(*values_, "ExpressionAttributeValues", ':'));
  return ok_status();
}

Status Placeholders::check_all_used() const {
  if (names_ != nullptr) MR_TRY(check_used(*names_, "ExpressionAttributeNames", used_));
  if (values_ != nullptr) MR_TRY(check_used(*values_, "ExpressionAttributeValues", used_));
  return ok_status();
}

const std::string* Placeholders::name(std::string_view key) {
  if (names_ == nullptr) return nullptr;
  auto it = names_->find(std::string(key));
  if (it == names_->end()) return nullptr;
  used_.push_back(it->first);
  return &it->second;
}

const codec::AttributeValue* Placeholders::value(std::string_view key) {
  if (values_ == nullptr) return nullptr;
  auto it = values_->find(key);
  if (it == values_->end()) return nullptr;
  used_.push_back(it->first);
  return &it->second;
}

}  // namespace millrace::expr
