#include "svc/events/rule_operations.h"

#include "svc/events/rule_tags.h"

namespace millrace::events {

Result<ev::ListTagsForResource::Output> list_tags_for_resource(
    svc::Context& ctx, const ev::ListTagsForResource::Input& in) {
  MR_ASSIGN(Rule rule, load_tagged_rule(ctx, in.resource_arn));
  ev::ListTagsForResourceResponse out{.tags = std::vector<ev::Tag>()};
  for (const auto& [key, value] : rule.tags)
    out.tags->push_back({.key = key, .value = value});
  return out;
}

}  // namespace millrace::events
