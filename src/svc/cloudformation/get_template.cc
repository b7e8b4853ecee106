#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"

namespace millrace::cloudformation {

Result<wire::GetTemplateOutput> get_template(Context& ctx, const wire::GetTemplateInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name.value_or("")));
  wire::GetTemplateOutput out;
  out.template_body = stack.goal.template_text;
  if (in.change_set_name) {
    std::string name = *in.change_set_name;
    if (size_t at = name.find(":changeSet/"); at != std::string::npos) {
      name = name.substr(at + 11);
      name = name.substr(0, name.find('/'));
    }
    MR_ASSIGN(auto change_set, rows.find_change_set(stack.id, name));
    if (!change_set) {
      return Error("ChangeSetNotFound", 404,
                   fmt::format("ChangeSet [{}] does not exist", *in.change_set_name));
    }
    out.template_body = change_set->goal.template_text;
  }
  out.stages_available = std::vector<std::string>{"Original", "Processed"};
  return out;
}

}  // namespace millrace::cloudformation
