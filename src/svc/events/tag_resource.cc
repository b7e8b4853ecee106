#include "svc/events/rule_operations.h"

#include "svc/events/rule_tags.h"

namespace millrace::events {
namespace {

constexpr size_t kTagsMax = 50;

}  // namespace

Result<ev::TagResource::Output> tag_resource(svc::Context& ctx, const ev::TagResource::Input& in) {
  MR_ASSIGN(Rule rule, load_tagged_rule(ctx, in.resource_arn));
  for (const ev::Tag& tag : in.tags)
    rule.tags[tag.key] = tag.value;
  if (rule.tags.size() > kTagsMax) {
    return validation_error("Number of tags exceeds the limit of 50.");
  }
  write_rule(ctx.txn(), ctx.scope(), rule);
  return ev::TagResourceResponse{};
}

}  // namespace millrace::events
