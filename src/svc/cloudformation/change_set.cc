#include "svc/cloudformation/change_set.h"

#include <fmt/format.h>

#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

std::string short_change_set_name(const std::string& name_or_arn) {
  // arn:aws:cloudformation:REGION:ACCOUNT:changeSet/NAME/UUID
  size_t at = name_or_arn.find(":changeSet/");
  if (at == std::string::npos) return name_or_arn;
  std::string rest = name_or_arn.substr(at + 11);
  return rest.substr(0, rest.find('/'));
}

Result<std::optional<ChangeSetRecord>> find_named_change_set(Rows& rows,
                                                             const ChangeSetName& wanted) {
  if (wanted.stack_name) {
    MR_ASSIGN(StackRecord stack, load_stack(rows, *wanted.stack_name));
    return rows.find_change_set(stack.id, short_change_set_name(wanted.name));
  }
  if (!wanted.name.starts_with("arn:")) {
    return validation_error(
        "StackName must be specified if ChangeSetName is not specified as an ARN.");
  }
  return rows.find_change_set_by_id(wanted.name);
}

Result<ChangeSetRecord> load_change_set(Rows& rows, const ChangeSetName& wanted) {
  MR_ASSIGN(auto found, find_named_change_set(rows, wanted));
  bool right = found && (!wanted.name.starts_with("arn:") || found->id == wanted.name);
  if (!right) {
    return Error("ChangeSetNotFound", 404,
                 fmt::format("ChangeSet [{}] does not exist", wanted.name));
  }
  return std::move(*found);
}

}  // namespace millrace::cloudformation
