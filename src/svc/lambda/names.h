// Names of functions as Lambda takes them: a name, name:qualifier, account:function:name, or an ARN
// with or without qualifier. Pure.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html (FunctionName)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "svc/ports.h"

namespace millrace::lambda {

inline constexpr char kLatest[] = "$LATEST";

struct FunctionRef {
  svc::Scope scope;
  std::string name;
  std::string qualifier;  // version, alias or "$LATEST"; empty when none was given
};

// `scope` is where the request is; a name without account or region lies there. Errors:
// InvalidParameterValueException when two qualifiers disagree, ResourceNotFoundException for a
// function of another region.
Result<FunctionRef> parse_function_name(const svc::Scope& scope, std::string_view name,
                                        const std::optional<std::string>& qualifier = {});

// "arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]".
std::string function_arn(const svc::Scope& scope, std::string_view name,
                         std::string_view qualifier = {});
std::string function_arn(const FunctionRef& ref);

// A version's number; nothing for $LATEST and aliases.
std::optional<uint64_t> version_number(std::string_view qualifier);

}  // namespace millrace::lambda
