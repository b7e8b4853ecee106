#include "sandbox/function_host.h"
#include "svc/lambda/operations.h"
#include "svc/lambda/settings.h"

namespace millrace::lambda {

std::string revision_key(const api::FunctionConfiguration& config) {
  return config.function_arn.value_or("") + "#" + config.version.value_or("") + "#" +
         config.revision_id.value_or("");
}

void retire_environments(svc::Context& ctx, const FunctionRow& old) {
  sandbox::FunctionHost* host = ctx.ports().function_host;
  if (host == nullptr) return;
  ctx.after_commit([host, key = revision_key(old.config)] { host->discard(key); });
}

Status check_revision(const std::optional<std::string>& wanted, const std::string& present) {
  if (!wanted || wanted->empty() || *wanted == present) return ok_status();
  return api::errors::precondition_failed_exception(
      "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias "
      "API to retrieve the latest RevisionId");
}

Result<FunctionRow> publish(svc::Context& ctx, FunctionRow& latest,
                            const std::optional<std::string>& description) {
  const std::string& name = *latest.config.function_name;
  if (latest.last_version > 0) {
    FunctionRef last{
        .scope = ctx.scope(), .name = name, .qualifier = std::to_string(latest.last_version)};
    MR_ASSIGN(auto text, ctx.txn().get(version_key(ctx.scope(), name,
                                                   static_cast<uint64_t>(latest.last_version))));
    if (text) {
      MR_ASSIGN(FunctionRow row, FunctionRow::from_text(*text));
      // A version remembers in its master's revision what it was made of.
      if (row.config.master_arn == latest.config.revision_id) {
        row.config.master_arn.reset();
        return row;
      }
    }
  }
  FunctionRow version = latest;
  int64_t number = latest.next_version++;
  latest.last_version = number;
  version.config.version = std::to_string(number);
  version.config.function_arn = function_arn(ctx.scope(), name, std::to_string(number));
  if (description) version.config.description = description;
  version.config.revision_id = new_revision_id();
  version.config.last_modified = lambda_time(ctx.now());
  version.config.master_arn = latest.config.revision_id;
  version.tags.clear();
  version.reserved_concurrency.reset();
  ctx.txn().put(version_key(ctx.scope(), name, static_cast<uint64_t>(number)), version.to_text());
  use_code(ctx.txn(), ctx.scope(), version.code_sha256, name, std::to_string(number));
  version.config.master_arn.reset();
  return version;
}

// https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
Answer<api::PublishVersion> publish_version(svc::Context& ctx,
                                            const api::PublishVersion::Input& in) {
  if (in.publish_to) return unsupported("PublishTo");
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  MR_TRY(check_revision(in.revision_id, row.config.revision_id.value_or("")));
  if (in.code_sha256 && *in.code_sha256 != row.config.code_sha256) {
    return api::errors::invalid_parameter_value_exception(
        "CodeSHA256 (" + *in.code_sha256 + ") is different from current CodeSHA256 in $LATEST (" +
        row.config.code_sha256.value_or("") +
        "). Please try again with the CodeSHA256 in $LATEST.");
  }
  MR_ASSIGN(FunctionRow version, publish(ctx, row, in.description));
  save_function(ctx.txn(), ctx.scope(), row);
  return version.config;
}

}  // namespace millrace::lambda
