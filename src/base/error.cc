#include "base/error.h"

#include <fmt/format.h>

namespace millrace {

Error::Error(std::string code, int http_status, std::string message)
    : rep_(std::make_unique<Rep>(Rep{std::move(code), std::move(message), http_status, {}})) {}

Error::Error(const Error& other) : rep_(std::make_unique<Rep>(*other.rep_)) {}

Error& Error::operator=(const Error& other) {
  if (this != &other) rep_ = std::make_unique<Rep>(*other.rep_);
  return *this;
}

Error Error::with_member(std::string name, std::string json) && {
  rep_->members.emplace_back(std::move(name), std::move(json));
  return std::move(*this);
}

Error Error::prefixed(std::string_view prefix) && {
  rep_->message.insert(0, prefix);
  return std::move(*this);
}

Error Error::internal(std::string message) {
  return Error("InternalFailure", 500, std::move(message));
}

std::string Error::to_string() const {
  return fmt::format("{} ({}): {}", rep_->code, rep_->http_status, rep_->message);
}

}  // namespace millrace
