#include "svc/events/rule_operations.h"

#include "svc/events/rule_tags.h"

namespace millrace::events {

Result<ev::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                 const ev::UntagResource::Input& in) {
  MR_ASSIGN(Rule rule, load_tagged_rule(ctx, in.resource_arn));
  for (const std::string& key : in.tag_keys)
    rule.tags.erase(key);
  write_rule(ctx.txn(), ctx.scope(), rule);
  return ev::UntagResourceResponse{};
}

}  // namespace millrace::events
