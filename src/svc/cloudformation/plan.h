// Plan: from a request (template, parameters, tags, capabilities) to a checked Goal. Everything
// that can be refused is refused here, before anything is made.
#pragma once

#include <set>
#include <string>
#include <vector>

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
  std::vector<std::string> resource_types;     // of which the template may be made; empty: of any
  std::optional<std::vector<wire::Tag>> tags;  // absent: an update keeps those it has
  std::string role_arn;
  bool is_change_set = false;  // for which CAPABILITY_AUTO_EXPAND is not asked
};

// Types that Millrace does not have.
std::set<std::string> unknown_types(svc::Context& ctx, const Template& tmpl);
// Unknown types, and properties that their types do not have: ValidationError.
Status check_types(svc::Context& ctx, const Template& tmpl);

// `stack` is what is updated (its goal is the previous one), or a fresh record.
Result<Goal> make_goal(svc::Context& ctx, Rows& rows, const StackRecord& stack, bool is_update,
                       const PlanRequest& request);

}  // namespace millrace::cloudformation
