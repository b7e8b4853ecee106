#include "svc/lambda/mappings.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html
Answer<api::GetEventSourceMapping> get_event_source_mapping(
    svc::Context& ctx, const api::GetEventSourceMapping::Input& in) {
  MR_ASSIGN(MappingRow row, load_mapping(ctx.txn(), ctx.scope(), in.uuid));
  return row.config;
}

}  // namespace millrace::lambda
