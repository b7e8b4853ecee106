#include <algorithm>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/request.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_source.h"

namespace millrace::cloudformation {

Result<wire::GetTemplateSummaryOutput> get_template_summary(
    Context& ctx, const wire::GetTemplateSummaryInput& in) {
  if (in.stack_set_name) return unsupported("StackSetName");
  Rows rows(ctx.txn(), ctx.scope());
  std::string text;
  if (in.stack_name) {
    MR_ASSIGN(StackRecord stack, load_stack(rows, *in.stack_name));
    text = stack.goal.template_text;
  } else {
    MR_ASSIGN(text, read_template(ctx, in.template_body, in.template_url));
  }
  MR_ASSIGN(Template tmpl, Template::parse(text));
  wire::GetTemplateSummaryOutput out;
  bool lenient =
      in.template_summary_config &&
      in.template_summary_config->treat_unrecognized_resource_types_as_warnings.value_or(false);
  if (std::set<std::string> unknown = unknown_types(ctx, tmpl); lenient && !unknown.empty()) {
    out.warnings.emplace().unrecognized_resource_types = {unknown.begin(), unknown.end()};
  } else {
    MR_TRY(check_types(ctx, tmpl));
  }
  out.parameters.emplace();
  for (const ParameterDeclaration& declaration : tmpl.parameters) {
    wire::ParameterDeclaration one{.parameter_key = declaration.name,
                                   .default_value = declaration.default_value,
                                   .parameter_type = declaration.type,
                                   .no_echo = declaration.no_echo};
    if (!declaration.description.empty()) one.description = declaration.description;
    one.parameter_constraints.emplace();
    if (!declaration.allowed_values.empty()) {
      one.parameter_constraints->allowed_values = declaration.allowed_values;
    }
    out.parameters->push_back(std::move(one));
  }
  if (!tmpl.description.empty()) out.description = tmpl.description;
  if (!tmpl.version.empty()) out.version = tmpl.version;
  if (!tmpl.metadata.is_null()) out.metadata = tmpl.metadata.dump();
  if (!tmpl.transforms.empty()) out.declared_transforms = tmpl.transforms;
  if (std::string needed = tmpl.required_capability(); !needed.empty()) {
    out.capabilities = std::vector<std::string>{needed};
    out.capabilities_reason = tmpl.capability_reason();
  }
  out.resource_types.emplace();
  for (const ResourceDeclaration& resource : tmpl.resources) {
    auto& types = *out.resource_types;
    if (std::find(types.begin(), types.end(), resource.type) == types.end()) {
      types.push_back(resource.type);
    }
  }
  return out;
}

}  // namespace millrace::cloudformation
