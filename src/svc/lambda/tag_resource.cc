#include "svc/lambda/limits.h"
#include "svc/lambda/operations.h"
#include "svc/lambda/settings.h"
#include "svc/lambda/tags.h"

namespace millrace::lambda {

Result<FunctionRef> tagged_function(svc::Context& ctx, const std::string& resource) {
  if (resource.find(":function:") == std::string::npos) {
    return unsupported("Tagging anything but functions");
  }
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), resource));
  if (!ref.qualifier.empty()) {
    return api::errors::invalid_parameter_value_exception(
        "Tags on function aliases and versions are not supported. Please specify a function ARN.");
  }
  return ref;
}

// https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
Answer<api::TagResource> tag_resource(svc::Context& ctx, const api::TagResource::Input& in) {
  MR_ASSIGN(FunctionRef ref, tagged_function(ctx, in.resource));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  for (const auto& [name, value] : in.tags)
    row.tags[name] = value;
  if (row.tags.size() > limits::kTagsMax) {
    return api::errors::invalid_parameter_value_exception(
        "Number of tags exceeds resource tag limit.");
  }
  save_function(ctx.txn(), ref.scope, row);
  return api::TagResource::Output{};
}

}  // namespace millrace::lambda
