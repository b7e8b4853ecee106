#include "svc/cloudformation/resources/all.h"

#include <algorithm>
#include <set>

#include "aws/iam.h"
#include "svc/cloudformation/resources/iam_support.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-policy.html
namespace {

namespace iam = aws::iam;

constexpr PropertyRule kProperties[] = {
    {.name = "PolicyName", .need = Need::kRequired},
    {.name = "PolicyDocument", .need = Need::kRequired},
    {.name = "Roles"},
    {.name = "Users"},
};

Status drop(ResourceStep& step, const codec::Json& properties, const codec::Json& keep) {
  std::string name(properties.get_string("PolicyName"));
  bool same_name = keep.get_string("PolicyName") == name;
  auto roles = texts_of(same_name ? keep : codec::Json::object(), "Roles");
  for (const std::string& role : texts_of(properties, "Roles")) {
    if (std::find(roles.begin(), roles.end(), role) != roles.end()) continue;
    MR_TRY(ignore_missing(step.ctx.call<iam::DeleteRolePolicy>({role, name})));
  }
  auto users = texts_of(same_name ? keep : codec::Json::object(), "Users");
  for (const std::string& user : texts_of(properties, "Users")) {
    if (std::find(users.begin(), users.end(), user) != users.end()) continue;
    MR_TRY(ignore_missing(step.ctx.call<iam::DeleteUserPolicy>({user, name})));
  }
  return ok_status();
}

Status put(ResourceStep& step) {
  std::string name = step.text("PolicyName");
  std::string document = step.text("PolicyDocument");
  for (const std::string& role : texts_of(step.properties, "Roles")) {
    MR_TRY(step.ctx.call<iam::PutRolePolicy>({role, name, document}));
  }
  for (const std::string& user : texts_of(step.properties, "Users")) {
    MR_TRY(step.ctx.call<iam::PutUserPolicy>({user, name, document}));
  }
  return ok_status();
}

Result<ResourceState> create(ResourceStep& step) {
  MR_TRY(put(step));
  return ResourceState{.physical_id = step.generated_name(128)};
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(drop(step, before.properties, step.properties));
  MR_TRY(put(step));
  return ResourceState{.physical_id = before.physical_id};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return drop(step, before.properties, codec::Json::object());
}

}  // namespace

const ResourceType kIamPolicy = {.name = "AWS::IAM::Policy",
                                 .properties = kProperties,
                                 .create = create,
                                 .update = update,
                                 .remove = remove};

}  // namespace millrace::cloudformation
