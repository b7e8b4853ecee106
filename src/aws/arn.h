// Amazon Resource Names: "arn:partition:service:region:account:resource", where the resource may
// hold colons and slashes. A value; free-threaded.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::aws {

struct Arn {
  std::string partition = "aws";
  std::string service;
  std::string region;   // empty for global services
  std::string account;  // empty for S3
  std::string resource;

  std::string to_string() const;
  // Nothing when the text has not the six parts of an ARN, or names no service or resource.
  static std::optional<Arn> parse(std::string_view text);
  bool operator==(const Arn&) const = default;
};

}  // namespace millrace::aws
