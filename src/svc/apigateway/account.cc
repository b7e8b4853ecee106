#include "svc/apigateway/account.h"

namespace millrace::apigateway {

Result<v1::Account> load_account(svc::Context& ctx) {
  MR_ASSIGN(auto row, get_row<v1::GetAccount>(ctx.txn(), row_key(ctx.scope(), Kind::kAccount, {})));
  if (row) return std::move(*row);
  v1::Account account;
  account.throttle_settings = v1::ThrottleSettings{.burst_limit = 5000, .rate_limit = 10000.0};
  account.features = {{"UsagePlans"}};
  account.api_key_version = "4";
  return account;
}

}  // namespace millrace::apigateway
