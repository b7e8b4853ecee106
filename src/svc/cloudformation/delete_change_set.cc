#include "svc/cloudformation/change_set.h"
#include "svc/cloudformation/operations.h"

namespace millrace::cloudformation {

Result<wire::DeleteChangeSetOutput> delete_change_set(Context& ctx,
                                                      const wire::DeleteChangeSetInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  auto found = find_named_change_set(rows, {in.change_set_name, in.stack_name});
  if (!found.ok() && found.error().is_server_fault()) return std::move(found).error();
  if (found.ok() && *found) rows.erase(**found);  // one that does not exist is deleted
  return wire::DeleteChangeSetOutput{};
}

}  // namespace millrace::cloudformation
