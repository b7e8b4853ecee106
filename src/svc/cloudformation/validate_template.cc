#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/plan.h"
#include "svc/cloudformation/template_source.h"

namespace millrace::cloudformation {

Result<wire::ValidateTemplateOutput> validate_template(Context& ctx,
                                                       const wire::ValidateTemplateInput& in) {
  MR_ASSIGN(std::string text, read_template(ctx, in.template_body, in.template_url));
  MR_ASSIGN(Template tmpl, Template::parse(text));
  MR_TRY(check_types(ctx, tmpl));
  wire::ValidateTemplateOutput out;
  out.parameters.emplace();
  for (const ParameterDeclaration& declaration : tmpl.parameters) {
    wire::TemplateParameter one{.parameter_key = declaration.name,
                                .default_value = declaration.default_value,
                                .no_echo = declaration.no_echo};
    if (!declaration.description.empty()) one.description = declaration.description;
    out.parameters->push_back(std::move(one));
  }
  if (!tmpl.description.empty()) out.description = tmpl.description;
  if (!tmpl.transforms.empty()) out.declared_transforms = tmpl.transforms;
  if (std::string needed = tmpl.required_capability(); !needed.empty()) {
    out.capabilities = std::vector<std::string>{needed};
    out.capabilities_reason = tmpl.capability_reason();
  }
  return out;
}

}  // namespace millrace::cloudformation
