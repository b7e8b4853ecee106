#include "base/encoding.h"
#include "svc/lambda/operations.h"

namespace millrace::lambda {
namespace {
constexpr int64_t kItemsMax = 50;  // AWS: of one page, whatever MaxItems says
}

Status walk_page(store::Reader& reader, const Page& page, std::optional<std::string>& next_marker,
                 const std::function<Status(std::string_view, std::string_view)>& take) {
  store::KeyRange range = store::prefix_range(page.prefix);
  if (page.marker && !page.marker->empty()) {
    auto from = base64_decode(*page.marker);
    if (!from || !range.contains(page.prefix + *from)) {
      return api::errors::invalid_parameter_value_exception("Invalid Marker");
    }
    range.start = page.prefix + *from;
  }
  int64_t left = std::min(page.max_items.value_or(kItemsMax), kItemsMax);
  auto it = reader.scan(range);
  for (; it->valid(); it->next()) {
    if (left-- == 0) {
      next_marker = base64_encode(it->key().substr(page.prefix.size()));
      break;
    }
    MR_TRY(take(it->key(), it->value()));
  }
  return it->status();
}

// https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
Answer<api::ListFunctions> list_functions(svc::Context& ctx, const api::ListFunctions::Input& in) {
  api::ListFunctions::Output out;
  out.functions.emplace();
  // MasterRegion is for Lambda@Edge: no function of another region is here.
  if (in.master_region && *in.master_region != "ALL" && *in.master_region != ctx.region())
    return out;
  bool is_all = in.function_version && *in.function_version == "ALL";
  Page page{.prefix = lambda_key(ctx.scope(), "function").key(),
            .marker = in.marker,
            .max_items = in.max_items};
  MR_TRY(walk_page(ctx.txn(), page, out.next_marker, [&](std::string_view, std::string_view text) {
    auto row = FunctionRow::from_text(text);
    if (!row.ok()) return Status(std::move(row).error());
    std::string name = row->config.function_name.value_or("");
    // A listing says nothing of states.
    auto add = [&](api::FunctionConfiguration config) {
      config.state.reset();
      config.last_update_status.reset();
      config.master_arn.reset();
      out.functions->push_back(std::move(config));
    };
    if (is_all) row->config.function_arn = function_arn(ctx.scope(), name, kLatest);
    add(std::move(row->config));
    if (!is_all) return ok_status();
    auto it =
        ctx.txn().scan(store::prefix_range(lambda_key(ctx.scope(), "version").str(name).key()));
    for (; it->valid(); it->next()) {
      auto version = FunctionRow::from_text(it->value());
      if (!version.ok()) return Status(std::move(version).error());
      add(std::move(version->config));
    }
    return it->status();
  }));
  return out;
}

}  // namespace millrace::lambda
