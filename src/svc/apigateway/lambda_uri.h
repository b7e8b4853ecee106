// How an integration names a function. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::apigateway {

// The function's ARN, perhaps with a qualifier and with ${stageVariables.NAME} in it, from
// "arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations" or from an ARN of
// Lambda.
std::optional<std::string> function_arn_of(std::string_view uri);

// Puts the stage's variables in; one that is not set leaves nothing.
std::string with_stage_variables(std::string_view text,
                                 const std::map<std::string, std::string>& variables);

}  // namespace millrace::apigateway
