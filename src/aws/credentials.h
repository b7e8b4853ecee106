// Credentials of a caller of AWS's APIs. A secret is a type of its own: it has no stream or fmt
// output but "***", so that it cannot reach a log by accident.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"

namespace millrace::aws {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  // The secret itself; name the call in a review.
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  std::string session_token;          // empty: long-term credentials
  std::optional<Instant> expiration;  // of temporary ones
};

}  // namespace millrace::aws

template <>
struct fmt::formatter<millrace::aws::Secret> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const millrace::aws::Secret&, Context& context) const {
    return fmt::formatter<std::string_view>::format("***", context);
  }
};
