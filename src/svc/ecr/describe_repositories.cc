// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
// osls and the Serverless Framework ask before they remove a service, and go on only when the error
// is RepositoryNotFoundException.
#include <fmt/format.h>

#include "svc/ecr/operations.h"

namespace millrace::ecr {

Result<wire::DescribeRepositories::Output> describe_repositories(
    svc::Context& ctx, const wire::DescribeRepositories::Input& in) {
  if (in.repository_names && !in.repository_names->empty()) {
    return wire::errors::repository_not_found_exception(
        fmt::format("The repository with name '{}' does not exist in the registry with id '{}'",
                    in.repository_names->front(), in.registry_id.value_or(ctx.account())));
  }
  return wire::DescribeRepositoriesResponse{.repositories = std::vector<wire::Repository>()};
}

}  // namespace millrace::ecr
