#include "aws/validate.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "aws/validate_dynamodb.h"
#include "aws/validator.h"

namespace millrace::aws {
namespace {

// The code that a service gives to invalid input where it is not ValidationException.
std::string_view error_code(const Service& service) {
  static constexpr std::pair<std::string_view, std::string_view> kCodes[] = {
      {"apigateway", "BadRequestException"}, {"apigatewayv2", "BadRequestException"},
      {"cloudformation", "ValidationError"}, {"cloudwatch", "ValidationError"},
      {"ecr", "InvalidParameterException"},  {"iam", "ValidationError"},
      {"logs", "InvalidParameterException"}, {"ses", "ValidationError"},
      {"sesv2", "BadRequestException"},      {"sts", "ValidationError"},
  };
  for (const auto& [id, code] : kCodes) {
    if (id == service.id) return code;
  }
  return "ValidationException";
}

Status check_s3(const MissingMembers& missing) {
  if (missing.empty()) return ok_status();
  const Member& member = *missing.front().second;
  if (member.location == Location::kHeader) {
    return Error("InvalidRequest", 400,
                 fmt::format("Missing required header for this request: {}", member.wire_name));
  }
  if (member.location == Location::kQueryString || member.location == Location::kUri) {
    return Error("InvalidArgument", 400,
                 fmt::format("This operation requires the parameter {}", member.wire_name));
  }
  if (member.shape->kind == ShapeKind::kStructure) {
    return Error("MissingRequestBodyError", 400, "Request Body is empty");
  }
  return Error("MalformedXML", 400,
               "The XML you provided was not well-formed or did not validate against our published "
               "schema");
}

}  // namespace

Status validate_input(const Operation& operation, const void* input,
                      const MissingMembers& missing) {
  if (operation.service->id == "s3") return check_s3(missing);
  if (operation.service->id == "dynamodb") return validate_dynamodb(operation, input, missing);
  Validator validator(*operation.service, missing);
  validator.structure(*operation.input, input);
  if (validator.problems().empty()) return ok_status();
  std::vector<std::string> texts;
  for (const Problem& problem : validator.problems())
    texts.push_back(problem.text());
  return Error(std::string(error_code(*operation.service)), 400, problems_text(texts));
}

}  // namespace millrace::aws
