#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
// Code.Location, a link to the archive on AWS's own bucket, is left out: there is no such bucket.
Answer<api::GetFunction> get_function(svc::Context& ctx, const api::GetFunction::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  MR_ASSIGN(FunctionRow row, load_qualified(ctx.txn(), ref));
  MR_ASSIGN(FunctionRow latest, load_function(ctx.txn(), ref));
  api::GetFunction::Output out;
  row.config.master_arn.reset();
  out.configuration = std::move(row.config);
  out.code = api::FunctionCodeLocation{.repository_type = "S3"};
  if (!latest.tags.empty()) out.tags = latest.tags;
  if (latest.reserved_concurrency) {
    out.concurrency =
        api::Concurrency{.reserved_concurrent_executions = latest.reserved_concurrency};
  }
  return out;
}

}  // namespace millrace::lambda
