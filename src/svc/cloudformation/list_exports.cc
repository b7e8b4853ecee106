#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/page.h"

namespace millrace::cloudformation {

Result<wire::ListExportsOutput> list_exports(Context& ctx, const wire::ListExportsInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto exports, rows.all_exports());
  wire::ListExportsOutput out;
  MR_TRY(cut_page(exports, in.next_token, out.next_token,
                  [](const ExportRecord& one) { return one.name; }));
  out.exports.emplace();
  for (const ExportRecord& one : exports) {
    out.exports->push_back(
        {.exporting_stack_id = one.stack_id, .name = one.name, .value = one.value});
  }
  return out;
}

}  // namespace millrace::cloudformation
