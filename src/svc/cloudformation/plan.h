// Plan: from a request (template, parameters, tags, capabilities) to a checked Goal, and what it
// would change. Everything that can be refused is refused here, before anything is made.
#pragma once

#include "aws/cloudformation.h"
#include "svc/cloudformation/records.h"
#include "svc/cloudformation/template.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

namespace wire = aws::cloudformation;

struct PlanRequest {
  std::optional<std::string> template_body;
  std::optional<std::string> template_url;
  bool use_previous_template = false;
  std::vector<wire::Parameter> parameters;
  std::vector<std::string> capabilities;
  std::vector<std::string> notification_arns;
  std::optional<std::vector<wire::Tag>> tags;  // absent: an update keeps those it has
  std::string role_arn;
};

// The text of TemplateBody, or of TemplateURL read through S3's GetObject as the caller.
Result<std::string> read_template(svc::Context& ctx, const std::optional<std::string>& body,
                                  const std::optional<std::string>& url);

// `stack` is what is updated (its goal is the previous one), or a fresh record.
Result<Goal> make_goal(svc::Context& ctx, Rows& rows, const StackRecord& stack, bool is_update,
                       const PlanRequest& request);

struct Forecast {
  codec::Json changes = codec::Json::array();  // wire::Change documents
  bool any = false;                            // something changes, be it only an output or a tag
};
Result<Forecast> forecast(svc::Context& ctx, Rows& rows, const StackRecord& stack, const Goal& goal,
                          bool is_update);

}  // namespace millrace::cloudformation
