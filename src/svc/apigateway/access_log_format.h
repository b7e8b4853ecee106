// The format of access logs: text with $context.NAME in it. Pure; a value.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::apigateway {

class AccessLogFormat {
 public:
  // Errors: BadRequestException when there is no $context.requestId (nor extendedRequestId), or
  // more than one line.
  static Result<AccessLogFormat> parse(std::string_view format);

  // A variable without a value is logged as "-". Control characters and quotes are escaped, so that
  // a client cannot forge lines or members.
  std::string render(
      const std::function<std::optional<std::string>(std::string_view)>& variable) const;

 private:
  struct Part {
    bool is_variable;
    std::string text;
  };
  std::vector<Part> parts_;
};

}  // namespace millrace::apigateway
