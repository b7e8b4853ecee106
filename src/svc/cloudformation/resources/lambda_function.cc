#include "aws/lambda.h"
#include "base/encoding.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"
#include "svc/cloudformation/resources/inline_code.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html
namespace {

namespace lambda = aws::lambda;
using codec::Json;

constexpr const aws::Operation* kCreate = &lambda::CreateFunction::kDescription;

constexpr PropertyRule kProperties[] = {
    {.name = "FunctionName", .on_change = OnChange::kReplace},
    {.name = "Code", .nested = "S3Bucket,S3Key,S3ObjectVersion,ZipFile", .need = Need::kRequired},
    {.name = "Role", .operation = kCreate, .need = Need::kRequired},
    {.name = "Handler", .operation = kCreate},
    {.name = "Runtime", .operation = kCreate},
    {.name = "Description", .operation = kCreate, .unset = R"("")"},
    {.name = "Timeout", .operation = kCreate, .unset = "3"},
    {.name = "MemorySize", .operation = kCreate, .unset = "128"},
    {.name = "Environment", .operation = kCreate, .unset = R"({"Variables":{}})"},
    {.name = "Layers", .operation = kCreate, .need = Need::kEmpty},
    {.name = "Architectures", .operation = kCreate},
    {.name = "EphemeralStorage", .operation = kCreate, .unset = R"({"Size":512})"},
    {.name = "TracingConfig", .operation = kCreate, .unset = R"({"Mode":"PassThrough"})"},
    {.name = "DeadLetterConfig", .operation = kCreate, .need = Need::kEmpty},
    {.name = "LoggingConfig", .operation = kCreate},
    {.name = "VpcConfig", .operation = kCreate, .need = Need::kEmpty},
    {.name = "SnapStart", .operation = kCreate},
    {.name = "PackageType", .on_change = OnChange::kReplace, .operation = kCreate},
    {.name = "ReservedConcurrentExecutions",
     .operation = &lambda::PutFunctionConcurrency::kDescription},
    {.name = "Tags", .nested = "Key,Value"},
};
constexpr std::string_view kAttributes[] = {"Arn"};

struct Code {
  std::optional<std::string> zip_file, s3_bucket, s3_key, s3_object_version;
};

Result<Code> code_of(ResourceStep& step) {
  const Json& code = *step.properties.find("Code");
  Code out;
  auto text = [&](const char* name) -> std::optional<std::string> {
    const Json* value = code.find(name);
    if (value == nullptr) return std::nullopt;
    return value->is_string() ? *value->as_string() : value->dump();
  };
  if (auto source = text("ZipFile")) {
    MR_ASSIGN(out.zip_file, zip_inline_code({step.text("Runtime"), *source}));
  }
  out.s3_bucket = text("S3Bucket");
  out.s3_key = text("S3Key");
  out.s3_object_version = text("S3ObjectVersion");
  return out;
}

ResourceState state_of(ResourceStep& step, const std::string& name) {
  ResourceState state{.physical_id = name};
  state.attributes.set("Arn", step.ctx.arn("lambda", "function:" + name));
  return state;
}

Status set_concurrency(ResourceStep& step, const std::string& name) {
  if (step.properties.find("ReservedConcurrentExecutions") == nullptr) return ok_status();
  MR_ASSIGN(auto input, bind<lambda::PutFunctionConcurrency>(step));
  input.function_name = name;
  MR_TRY(step.ctx.call<lambda::PutFunctionConcurrency>(input));
  return ok_status();
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::CreateFunction>(step));
  input.function_name = step.text("FunctionName", step.generated_name(64));
  MR_ASSIGN(Code code, code_of(step));
  input.code.zip_file = std::move(code.zip_file);
  input.code.s3_bucket = std::move(code.s3_bucket);
  input.code.s3_key = std::move(code.s3_key);
  input.code.s3_object_version = std::move(code.s3_object_version);
  put_tags(step, input);
  MR_TRY(step.ctx.call<lambda::CreateFunction>(input));
  MR_TRY(set_concurrency(step, input.function_name));
  return state_of(step, input.function_name);
}

Status update_code(ResourceStep& step, const std::string& name) {
  MR_ASSIGN(Code code, code_of(step));
  lambda::UpdateFunctionCodeRequest input{.function_name = name};
  input.zip_file = std::move(code.zip_file);
  input.s3_bucket = std::move(code.s3_bucket);
  input.s3_key = std::move(code.s3_key);
  input.s3_object_version = std::move(code.s3_object_version);
  MR_ASSIGN(auto bound, bind<lambda::UpdateFunctionCode>(step));
  input.architectures = std::move(bound.architectures);
  MR_TRY(step.ctx.call<lambda::UpdateFunctionCode>(input));
  return ok_status();
}

Status update_configuration(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind_update<lambda::UpdateFunctionConfiguration>(step, before));
  input.function_name = before.physical_id;
  MR_TRY(step.ctx.call<lambda::UpdateFunctionConfiguration>(input));
  return ok_status();
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  const std::string& name = before.physical_id;
  if (changed(step, before, "Code") || changed(step, before, "Architectures")) {
    MR_TRY(update_code(step, name));
  }
  bool configuration = false;
  for (const PropertyRule& rule : kProperties) {
    if (rule.operation == kCreate && rule.name != "Architectures") {
      configuration = configuration || changed(step, before, rule.name);
    }
  }
  if (configuration) MR_TRY(update_configuration(step, before));
  if (changed(step, before, "ReservedConcurrentExecutions")) {
    if (step.properties.find("ReservedConcurrentExecutions") == nullptr) {
      MR_TRY(step.ctx.call<lambda::DeleteFunctionConcurrency>({name}));
    }
    MR_TRY(set_concurrency(step, name));
  }
  std::string arn = step.ctx.arn("lambda", "function:" + name);
  MR_TRY((change_tags<lambda::TagResource, lambda::UntagResource>(
      step, before, {.tag = {.resource = arn}, .untag = {.resource = arn}})));
  return state_of(step, name);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<lambda::DeleteFunction>({before.physical_id}));
}

Result<bool> ready(svc::Context& ctx, const ResourceRecord& made) {
  MR_ASSIGN(auto function, ctx.call<lambda::GetFunctionConfiguration>({made.physical_id}));
  if (function.state == "Failed" || function.last_update_status == "Failed") {
    return Error("NotStabilized", 400,
                 function.state_reason.value_or(
                     function.last_update_status_reason.value_or("The function failed.")));
  }
  return function.state.value_or("Active") == "Active" &&
         function.last_update_status.value_or("Successful") == "Successful";
}

}  // namespace

const ResourceType kLambdaFunction = {.name = "AWS::Lambda::Function",
                                      .properties = kProperties,
                                      .attributes = kAttributes,
                                      .tagging = Tagging::kStackAndSystem,
                                      .name_property = "FunctionName",
                                      .create = create,
                                      .update = update,
                                      .remove = remove,
                                      .ready = ready};

}  // namespace millrace::cloudformation
