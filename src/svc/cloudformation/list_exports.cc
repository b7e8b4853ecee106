#include "svc/cloudformation/operations.h"

namespace millrace::cloudformation {

Result<wire::ListExportsOutput> list_exports(Context& ctx, const wire::ListExportsInput&) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto exports, rows.all_exports());
  wire::ListExportsOutput out;
  out.exports.emplace();
  for (const ExportRecord& one : exports) {
    out.exports->push_back(
        {.exporting_stack_id = one.stack_id, .name = one.name, .value = one.value});
  }
  return out;
}

}  // namespace millrace::cloudformation
