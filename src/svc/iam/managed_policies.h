// The policies that AWS itself manages (arn:aws:iam::aws:policy/...), of those that deploy tools
// and functions attach. What they allow is AWS's, cut to the services that Millrace has.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "svc/iam/records.h"

namespace millrace::iam {

bool is_aws_policy_arn(std::string_view arn);
std::optional<ManagedPolicy> find_aws_policy(std::string_view arn);
std::vector<ManagedPolicy> all_aws_policies();

}  // namespace millrace::iam
