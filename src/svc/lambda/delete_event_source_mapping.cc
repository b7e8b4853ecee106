#include "svc/lambda/mappings.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html
Answer<api::DeleteEventSourceMapping> delete_event_source_mapping(
    svc::Context& ctx, const api::DeleteEventSourceMapping::Input& in) {
  MR_ASSIGN(MappingRow row, load_mapping(ctx.txn(), ctx.scope(), in.uuid));
  ctx.txn().del(mapping_key(ctx.scope(), in.uuid));
  std::vector<std::string> positions;
  {
    auto it =
        ctx.txn().scan(store::prefix_range(lambda_key(ctx.scope(), "position").str(in.uuid).key()));
    for (; it->valid(); it->next())
      positions.emplace_back(it->key());
    MR_TRY(it->status());
  }
  for (const std::string& key : positions)
    ctx.txn().del(key);
  row.config.state = "Deleting";
  return row.config;
}

}  // namespace millrace::lambda
