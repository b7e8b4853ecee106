#include "svc/lambda/limits.h"
#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
Answer<api::GetAccountSettings> get_account_settings(svc::Context& ctx,
                                                     const api::GetAccountSettings::Input&) {
  int64_t count = 0;
  int64_t bytes = 0;
  int64_t reserved = 0;
  for (const char* kind : {"function", "version"}) {
    auto it = ctx.txn().scan_untracked(store::prefix_range(lambda_key(ctx.scope(), kind).key()));
    for (; it->valid(); it->next()) {
      MR_ASSIGN(FunctionRow row, FunctionRow::from_text(it->value()));
      bytes += row.config.code_size.value_or(0);
      reserved += row.reserved_concurrency.value_or(0);
      if (row.config.version == kLatest) ++count;
    }
    MR_TRY(it->status());
  }
  api::GetAccountSettings::Output out;
  out.account_limit = api::AccountLimit{
      .total_code_size = limits::kTotalCodeSize,
      .code_size_unzipped = limits::kCodeSizeUnzippedMax,
      .code_size_zipped = limits::kCodeSizeZippedMax,
      .concurrent_executions = limits::kConcurrentExecutions,
      .unreserved_concurrent_executions = limits::kConcurrentExecutions - reserved};
  out.account_usage = api::AccountUsage{.total_code_size = bytes, .function_count = count};
  return out;
}

}  // namespace millrace::lambda
