#include "svc/apigateway/authorize.h"

#include <fmt/format.h>

namespace millrace::apigateway {
namespace {

// AWS shows only the end of the account's number.
Error access_denied(const Exchange& exchange) {
  const svc::Caller& caller = exchange.request.caller;
  std::string arn = exchange.invoke_arn();
  const std::string& account = exchange.api->scope.account;
  size_t at = arn.find(":" + account + ":");
  if (at != std::string::npos && account.size() > 4) {
    arn.replace(at + 1, account.size() - 4, std::string(account.size() - 4, '*'));
  }
  return Error(
      "AccessDeniedException", 403,
      fmt::format("User: {} is not authorized to perform: execute-api:Invoke on resource: {}",
                  caller.arn.empty() ? "anonymous" : caller.arn, arn));
}

}  // namespace

Status authorize(Exchange& exchange, const svc::Ports& ports) {
  bool needs_iam = exchange.method != nullptr
                       ? exchange.method->needs_iam
                       : exchange.route != nullptr && exchange.route->needs_iam;
  const std::optional<codec::Json>* policy =
      exchange.stage->rest != nullptr ? &exchange.stage->rest->policy : nullptr;
  bool has_policy = policy != nullptr && policy->has_value();
  if (!needs_iam && !has_policy) return ok_status();

  const ApiRequest& request = exchange.request;
  if (needs_iam) {
    if (request.signature_error) return *request.signature_error;
    if (request.caller.kind == svc::CallerKind::kAnonymous) {
      return Error("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
    }
  }
  svc::Access access{.action = "execute-api:Invoke",
                     .resource = exchange.invoke_arn(),
                     .resource_account = exchange.api->scope.account};
  access.context["aws:SourceIp"] = {request.source_ip};
  if (has_policy) access.resource_policy = **policy;
  auto snapshot = ports.store->snapshot();
  svc::Caller caller = needs_iam ? request.caller : svc::Caller();
  if (!ports.authorizer->check(*snapshot, caller, access).ok()) return access_denied(exchange);
  exchange.iam_authorized = needs_iam;
  return ok_status();
}

}  // namespace millrace::apigateway
