// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListImports.html
#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/page.h"

namespace millrace::cloudformation {

Result<wire::ListImportsOutput> list_imports(Context& ctx, const wire::ListImportsInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto exported, rows.find_export(in.export_name));
  if (!exported) {
    return validation_error(fmt::format("Export '{}' does not exist.", in.export_name));
  }
  MR_ASSIGN(auto stack_ids, rows.importers_of(in.export_name));
  if (stack_ids.empty()) {
    return validation_error(
        fmt::format("Export '{}' is not imported by any stack.", in.export_name));
  }
  wire::ListImportsOutput out;
  MR_TRY(cut_page(stack_ids, in.next_token, out.next_token, [](const auto& id) { return id; }));
  out.imports.emplace();
  for (const std::string& id : stack_ids)
    out.imports->push_back(names_of_stacks({id}));
  return out;
}

}  // namespace millrace::cloudformation
