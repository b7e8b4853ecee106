#include "aws/arn.h"

#include <fmt/format.h>

namespace millrace::aws {

std::string Arn::to_string() const {
  return fmt::format("arn:{}:{}:{}:{}:{}", partition, service, region, account, resource);
}

std::optional<Arn> Arn::parse(std::string_view text) {
  if (!text.starts_with("arn:")) return std::nullopt;
  text.remove_prefix(4);
  std::string_view parts[4];
  for (std::string_view& part : parts) {
    const size_t colon = text.find(':');
    if (colon == text.npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0].empty() || parts[1].empty() || text.empty()) return std::nullopt;
  return Arn{.partition = std::string(parts[0]),
             .service = std::string(parts[1]),
             .region = std::string(parts[2]),
             .account = std::string(parts[3]),
             .resource = std::string(text)};
}

}  // namespace millrace::aws
