#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/account.h"
#include "svc/apigateway/patch.h"

namespace millrace::apigateway {

Result<v1::UpdateAccount::Output> update_account(svc::Context& ctx,
                                                 const v1::UpdateAccount::Input& in) {
  MR_ASSIGN(v1::Account account, load_account(ctx));
  MR_TRY(
      apply_patches(in.patch_operations,
                    {{"/cloudwatchRoleArn", "replace remove", [&](const Patch& patch) -> Status {
                        if (patch.removes() || patch.value.empty()) {
                          account.cloudwatch_role_arn.reset();
                          return ok_status();
                        }
                        if (!patch.value.starts_with("arn:aws:iam::") ||
                            patch.value.find(":role/") == std::string::npos) {
                          return bad_request(
                              "The role ARN does not have required permissions configured. Please "
                              "grant trust permission for API Gateway and add the required role "
                              "policy.");
                        }
                        account.cloudwatch_role_arn = patch.value;
                        return ok_status();
                      }}}));
  ctx.txn().put(row_key(ctx.scope(), Kind::kAccount, {}),
                svc::write_document<v1::GetAccount>(account));
  return account;
}

}  // namespace millrace::apigateway
