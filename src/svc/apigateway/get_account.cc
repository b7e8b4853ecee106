#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/account.h"

namespace millrace::apigateway {

Result<v1::GetAccount::Output> get_account(svc::Context& ctx, const v1::GetAccount::Input& in) {
  (void)in;
  return load_account(ctx);
}

}  // namespace millrace::apigateway
