#include "svc/lambda/mappings.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
Answer<api::ListEventSourceMappings> list_event_source_mappings(
    svc::Context& ctx, const api::ListEventSourceMappings::Input& in) {
  api::ListEventSourceMappings::Output out;
  out.event_source_mappings.emplace();
  std::string wanted;
  if (in.function_name) {
    MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), *in.function_name));
    wanted = function_arn(ref);
  }
  Page page{.prefix = lambda_key(ctx.scope(), "mapping").key(),
            .marker = in.marker,
            .max_items = in.max_items};
  MR_TRY(walk_page(ctx.txn(), page, out.next_marker, [&](std::string_view, std::string_view text) {
    auto row = MappingRow::from_text(text);
    if (!row.ok()) return Status(std::move(row).error());
    bool fits = (wanted.empty() || row->config.function_arn == wanted) &&
                (!in.event_source_arn || row->config.event_source_arn == in.event_source_arn);
    if (fits) out.event_source_mappings->push_back(std::move(row->config));
    return ok_status();
  }));
  return out;
}

}  // namespace millrace::lambda
