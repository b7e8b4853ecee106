#include <fmt/format.h>

#include "svc/lambda/limits.h"
#include "svc/lambda/policies.h"
#include "svc/lambda/settings.h"

namespace millrace::lambda {
namespace {

// A statement as AWS writes it.
codec::Json statement_of(const FunctionRef& ref, const api::AddPermission::Input& in) {
  codec::Json statement;
  statement.set("Sid", in.statement_id);
  statement.set("Effect", "Allow");
  codec::Json principal = in.principal;
  if (in.principal.find(".amazonaws.com") != std::string::npos) {
    principal = codec::Json::object().set("Service", in.principal);
  } else if (in.principal.size() == 12 &&
             in.principal.find_first_not_of("0123456789") == std::string::npos) {
    principal = codec::Json::object().set("AWS", fmt::format("arn:aws:iam::{}:root", in.principal));
  } else if (in.principal.starts_with("arn:")) {
    principal = codec::Json::object().set("AWS", in.principal);
  }
  statement.set("Principal", std::move(principal));
  statement.set("Action", in.action);
  statement.set("Resource", function_arn(ref));
  codec::Json condition;
  auto add = [&](std::string_view op, std::string_view key, const std::string& value) {
    codec::Json* operation = condition.find(op);
    if (operation == nullptr) {
      condition.set(std::string(op), codec::Json::object());
      operation = condition.find(op);
    }
    operation->set(std::string(key), value);
  };
  if (in.source_account) add("StringEquals", "AWS:SourceAccount", *in.source_account);
  if (in.event_source_token) add("StringEquals", "lambda:EventSourceToken", *in.event_source_token);
  if (in.principal_org_id) add("StringEquals", "aws:PrincipalOrgID", *in.principal_org_id);
  if (in.function_url_auth_type) {
    add("StringEquals", "lambda:FunctionUrlAuthType", *in.function_url_auth_type);
  }
  if (in.source_arn) add("ArnLike", "AWS:SourceArn", *in.source_arn);
  if (!condition.is_null()) statement.set("Condition", std::move(condition));
  return statement;
}

}  // namespace

Status check_exists(svc::Context& ctx, const FunctionRef& ref) {
  auto found = resolve(ctx.txn(), ref);
  return found.ok() ? ok_status() : Status(std::move(found).error());
}

void save_policy(svc::Context& ctx, const FunctionRef& ref, PolicyRow row) {
  codec::Json json;
  json.set("RevisionId", new_revision_id());
  json.set("Policy", std::move(row.policy));
  ctx.txn().put(policy_key(ref), json.dump());
}

// https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
Answer<api::AddPermission> add_permission(svc::Context& ctx, const api::AddPermission::Input& in) {
  if (in.invoked_via_function_url) return unsupported("InvokedViaFunctionUrl");
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  if (ref.qualifier == kLatest) {
    return api::errors::invalid_parameter_value_exception(
        "We currently do not support adding policies for $LATEST.");
  }
  MR_TRY(check_exists(ctx, ref));
  MR_ASSIGN(auto row, find_policy(ctx.txn(), ref));
  if (row) MR_TRY(check_revision(in.revision_id, row->revision_id));
  if (!row) {
    row.emplace();
    row->policy.set("Version", "2012-10-17");
    row->policy.set("Id", "default");
    row->policy.set("Statement", codec::Json::array());
  }
  codec::Json* statements = row->policy.find("Statement");
  for (const codec::Json& present : *statements->as_array()) {
    if (present.get_string("Sid") == in.statement_id) {
      return api::errors::resource_conflict_exception(fmt::format(
          "The statement id ({}) provided already exists. Please provide a new statement id, or "
          "remove the existing statement.",
          in.statement_id));
    }
  }
  codec::Json statement = statement_of(ref, in);
  statements->push(statement);
  if (row->policy.dump().size() > limits::kPolicyBytesMax) {
    return api::errors::policy_length_exceeded_exception(fmt::format(
        "The final policy size is bigger than the limit ({}).", limits::kPolicyBytesMax));
  }
  save_policy(ctx, ref, std::move(*row));
  return api::AddPermission::Output{.statement = statement.dump()};
}

}  // namespace millrace::lambda
