#include "svc/events/rule_tags.h"

namespace millrace::events {

Result<Rule> load_tagged_rule(svc::Context& ctx, const std::string& arn) {
  std::string prefix = ctx.arn("events", "rule/");
  if (!arn.starts_with(prefix)) {
    return ev::errors::resource_not_found_exception("Resource " + arn + " does not exist.");
  }
  return load_rule(ctx, std::string_view(arn).substr(prefix.size()));
}

}  // namespace millrace::events
