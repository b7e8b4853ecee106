// Parameters: from what a request gives, what the stack had and what the template declares to
// values. Values of lists are arrays of strings; those of AWS::SSM::Parameter::Value<...> are what
// the parameter holds now. Errors: ValidationError in CloudFormation's words.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "svc/cloudformation/template.h"

namespace millrace::cloudformation {

struct GivenParameter {
  std::string key;
  std::optional<std::string> value;
  bool use_previous = false;
};

struct ParameterValue {
  std::string given;     // as DescribeStacks shows it; the name of an SSM parameter
  std::string resolved;  // what it means; differs from `given` for SSM parameters
};
using ParameterValues = std::map<std::string, ParameterValue>;

// Reads an SSM parameter, as the deployer.
using ReadSsmParameter = std::function<Result<std::string>(const std::string& name)>;

struct ParameterSources {
  const std::vector<GivenParameter>& given;
  const ParameterValues& previous;  // of the stack that is updated; else empty
  ReadSsmParameter read_ssm;
};
Result<ParameterValues> decide_parameters(const Template& tmpl, const ParameterSources& sources);

// The value as Ref gives it.
codec::Json ref_value(const ParameterDeclaration& declaration, const ParameterValue& value);

}  // namespace millrace::cloudformation
