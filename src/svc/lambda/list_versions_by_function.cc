#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html
Answer<api::ListVersionsByFunction> list_versions_by_function(
    svc::Context& ctx, const api::ListVersionsByFunction::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_ASSIGN(FunctionRow latest, load_function(ctx.txn(), ref));
  api::ListVersionsByFunction::Output out;
  out.versions.emplace();
  auto add = [&](api::FunctionConfiguration config) {
    config.state.reset();
    config.last_update_status.reset();
    config.master_arn.reset();
    out.versions->push_back(std::move(config));
  };
  if (!in.marker || in.marker->empty()) {
    latest.config.function_arn = function_arn(ref.scope, ref.name, kLatest);
    add(std::move(latest.config));
  }
  Page page{.prefix = lambda_key(ref.scope, "version").str(ref.name).key(),
            .marker = in.marker,
            .max_items = in.max_items};
  MR_TRY(walk_page(ctx.txn(), page, out.next_marker, [&](std::string_view, std::string_view text) {
    auto row = FunctionRow::from_text(text);
    if (!row.ok()) return Status(std::move(row).error());
    add(std::move(row->config));
    return ok_status();
  }));
  return out;
}

}  // namespace millrace::lambda
