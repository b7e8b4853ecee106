// Tags of rules, by ARN.
#pragma once

#include "svc/events/rules.h"

namespace millrace::events {

Result<Rule> load_tagged_rule(svc::Context& ctx, const std::string& arn);

}  // namespace millrace::events
