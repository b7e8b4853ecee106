#include "svc/cloudformation/resources/all.h"

#include "aws/lambda.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-alias.html
namespace {

namespace lambda = aws::lambda;

constexpr const aws::Operation* kCreate = &lambda::CreateAlias::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "FunctionName",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "Name",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "FunctionVersion", .operation = kCreate, .need = Need::kRequired},
    {.name = "Description", .operation = kCreate, .unset = R"("")"},
    {.name = "RoutingConfig", .nested = "AdditionalVersionWeights"},
};
constexpr std::string_view kAttributes[] = {"AliasArn"};

// A list of {FunctionVersion, FunctionWeight} here, a map in the API.
Result<std::optional<lambda::AliasRoutingConfiguration>> routing_of(ResourceStep& step) {
  const codec::Json* config = step.properties.find("RoutingConfig");
  const codec::Json* weights =
      config == nullptr ? nullptr : config->find("AdditionalVersionWeights");
  if (weights == nullptr || !weights->is_array()) {
    return std::optional<lambda::AliasRoutingConfiguration>();
  }
  lambda::AliasRoutingConfiguration routing;
  routing.additional_version_weights.emplace();
  for (const codec::Json& one : *weights->as_array()) {
    const codec::Json* weight = one.find("FunctionWeight");
    std::string version(one.get_string("FunctionVersion"));
    if (weight == nullptr || version.empty()) {
      return Error("ValidationError", 400,
                   "#/RoutingConfig: FunctionVersion and FunctionWeight are "
                   "required");
    }
    (*routing.additional_version_weights)[version] = weight->number();
  }
  return std::optional(std::move(routing));
}

ResourceState state_of(const std::string& arn) {
  ResourceState state{.physical_id = arn};
  state.attributes.set("AliasArn", arn);
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::CreateAlias>(step));
  MR_ASSIGN(input.routing_config, routing_of(step));
  MR_ASSIGN(auto made, step.ctx.call<lambda::CreateAlias>(input));
  return state_of(made.alias_arn.value_or(""));
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind_update<lambda::UpdateAlias>(step, before));
  MR_ASSIGN(input.routing_config, routing_of(step));
  if (!input.routing_config) {  // all calls go to the one version again
    input.routing_config.emplace().additional_version_weights.emplace();
  }
  MR_TRY(step.ctx.call<lambda::UpdateAlias>(input));
  return state_of(before.physical_id);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<lambda::DeleteAlias>(
      {.function_name = std::string(before.properties.get_string("FunctionName")),
       .name = std::string(before.properties.get_string("Name"))}));
}

}  // namespace

const ResourceType kLambdaAlias = {.name = "AWS::Lambda::Alias",
                                   .properties = kProperties,
                                   .attributes = kAttributes,
                                   .create = create,
                                   .update = update,
                                   .remove = remove};

}  // namespace millrace::cloudformation
