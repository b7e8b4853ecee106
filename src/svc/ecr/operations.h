// ECR as deploy tools ask about it: this registry holds no repository, and none can be made.
#pragma once

#include "aws/ecr.h"
#include "svc/operation.h"

namespace millrace::ecr {

namespace wire = aws::ecr;

Result<wire::DescribeRepositories::Output> describe_repositories(
    svc::Context& ctx, const wire::DescribeRepositories::Input& in);

void register_operations(svc::Registry& registry);

}  // namespace millrace::ecr
