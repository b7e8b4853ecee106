// Stages of REST APIs: their names, variables and settings, and the paths by which UpdateStage
// changes them. https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "svc/apigateway/patch.h"
#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

v1::Stage new_stage(const svc::Context& ctx, std::string name);

Status check_stage_name(const std::string& name);
Status check_stage_variables(const std::optional<std::map<std::string, std::string>>& variables);
// A log group as destination, and a format that names known variables only.
Status check_access_log(const std::optional<v1::AccessLogSettings>& settings);

// The name of the log group in "arn:aws:logs:REGION:ACCOUNT:log-group:NAME[:*]"; empty for other
// ARNs.
std::string log_group_of(std::string_view arn);

// What UpdateStage may change of `stage`, which must outlive the rules.
std::vector<PatchRule> stage_rules(v1::Stage& stage);

}  // namespace millrace::apigateway
