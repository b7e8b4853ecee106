#include "svc/document.h"
#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html
Answer<api::ListAliases> list_aliases(svc::Context& ctx, const api::ListAliases::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_TRY([&]() -> Status {
    auto row = load_function(ctx.txn(), ref);
    return row.ok() ? ok_status() : Status(std::move(row).error());
  }());
  api::ListAliases::Output out;
  out.aliases.emplace();
  Page page{.prefix = lambda_key(ref.scope, "alias").str(ref.name).key(),
            .marker = in.marker,
            .max_items = in.max_items};
  MR_TRY(walk_page(ctx.txn(), page, out.next_marker, [&](std::string_view, std::string_view text) {
    auto alias = svc::read_document<api::GetAlias>(text);
    if (!alias.ok()) return Status(std::move(alias).error());
    if (!in.function_version || alias->function_version == in.function_version) {
      out.aliases->push_back(*std::move(alias));
    }
    return ok_status();
  }));
  return out;
}

}  // namespace millrace::lambda
