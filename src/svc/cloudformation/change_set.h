// Change sets by name or ARN, for the operations on them. Free functions on one transaction.
#pragma once

#include <optional>
#include <string>

#include "svc/cloudformation/records.h"

namespace millrace::cloudformation {

struct ChangeSetName {
  std::string name;  // or its ARN
  std::optional<std::string> stack_name;
};
// The name in a change set's ARN; anything else is a name already.
std::string short_change_set_name(const std::string& name_or_arn);

// Errors: ValidationError when it is named without a stack.
Result<std::optional<ChangeSetRecord>> find_named_change_set(Rows& rows,
                                                             const ChangeSetName& wanted);
// ChangeSetNotFound when there is none.
Result<ChangeSetRecord> load_change_set(Rows& rows, const ChangeSetName& wanted);

}  // namespace millrace::cloudformation
