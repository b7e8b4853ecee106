#include "svc/cloudformation/resources/all.h"

#include "aws/sesv2.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ses-emailidentity.html
namespace {

namespace ses = aws::sesv2;

constexpr PropertyRule kProperties[] = {
    {.name = "EmailIdentity",
     .on_change = OnChange::kReplace,
     .operation = &ses::CreateEmailIdentity::kDescription,
     .need = Need::kRequired},
};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<ses::CreateEmailIdentity>(step));
  MR_TRY(step.ctx.call<ses::CreateEmailIdentity>(input));
  return ResourceState{.physical_id = input.email_identity};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<ses::DeleteEmailIdentity>({before.physical_id}));
}

}  // namespace

const ResourceType kSesEmailIdentity = {.name = "AWS::SES::EmailIdentity",
                                        .properties = kProperties,
                                        .create = create,
                                        .remove = remove};

}  // namespace millrace::cloudformation
