// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
#include "svc/cloudformation/change_set.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/request.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::GetTemplateOutput> get_template(Context& ctx, const wire::GetTemplateInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  std::string text;
  if (in.change_set_name) {
    MR_ASSIGN(ChangeSetRecord record, load_change_set(rows, {*in.change_set_name, in.stack_name}));
    text = std::move(record.goal.template_text);
  } else if (in.stack_name) {
    MR_ASSIGN(StackRecord stack, load_stack(rows, *in.stack_name));
    text = std::move(stack.goal.template_text);
  } else {
    return validation_error("StackName must be specified.");
  }
  auto tmpl = Template::parse(text);
  bool transformed = tmpl.ok() && !tmpl->transforms.empty();
  if (transformed && in.template_stage == "Processed") {
    return unsupported("TemplateStage Processed of a template with a transform");
  }
  wire::GetTemplateOutput out;
  out.template_body = std::move(text);
  out.stages_available = std::vector<std::string>{"Original"};
  if (!transformed) out.stages_available->push_back("Processed");
  return out;
}

}  // namespace millrace::cloudformation
