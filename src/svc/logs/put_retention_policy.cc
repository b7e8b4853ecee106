#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "svc/logs/operations.h"

namespace millrace::logs {
namespace {
constexpr int64_t kRetentions[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                   365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
Answer<api::PutRetentionPolicy> put_retention_policy(svc::Context& ctx,
                                                     const api::PutRetentionPolicy::Input& in) {
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  if (std::ranges::find(kRetentions, in.retention_in_days) == std::end(kRetentions)) {
    return api::errors::invalid_parameter_exception(
        fmt::format("{} is not a valid retention: use one of {}", in.retention_in_days,
                    fmt::join(kRetentions, ", ")));
  }
  row.retention_days = in.retention_in_days;
  put_group(ctx.txn(), ctx.scope(), in.log_group_name, row);
  return api::PutRetentionPolicy::Output{};
}

}  // namespace millrace::logs
