#include "svc/ecr/operations.h"

namespace millrace::ecr {
namespace {

Result<std::vector<svc::Access>> access(svc::Context& ctx,
                                        const wire::DescribeRepositories::Input& in) {
  std::vector<svc::Access> out;
  for (const std::string& name : in.repository_names.value_or(std::vector<std::string>())) {
    out.push_back(
        {.action = "ecr:DescribeRepositories", .resource = ctx.arn("ecr", "repository/" + name)});
  }
  if (out.empty()) out.push_back({.action = "ecr:DescribeRepositories", .resource = "*"});
  return out;
}

}  // namespace

void register_operations(svc::Registry& r) {
  r.add<wire::DescribeRepositories>({.run = describe_repositories, .access = access});
}

}  // namespace millrace::ecr
