#include "svc/events/rule_operations.h"

#include "expr/event_pattern.h"
#include "expr/schedule.h"

namespace millrace::events {
namespace {

Status check(const ev::PutRuleRequest& in) {
  if (!in.event_pattern && !in.schedule_expression) {
    return validation_error("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  }
  if (in.schedule_expression) {
    auto schedule = expr::Schedule::parse(*in.schedule_expression);
    if (!schedule.ok()) return std::move(schedule).error();
  }
  if (in.event_pattern) {
    auto pattern = expr::EventPattern::parse(*in.event_pattern);
    if (!pattern.ok()) return std::move(pattern).error();
  }
  if (in.state && *in.state != "ENABLED" && *in.state != "DISABLED") {
    return validation_error("State " + *in.state + " is not supported by Millrace");
  }
  if (in.role_arn) return validation_error("RoleArn is not supported by Millrace");
  return ok_status();
}

}  // namespace

Result<ev::PutRule::Output> put_rule(svc::Context& ctx, const ev::PutRule::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_TRY(check(in));
  MR_ASSIGN(auto existing, find_rule(ctx.txn(), ctx.scope(), in.name));
  Rule rule;
  if (existing) {
    rule = std::move(*existing);
  } else {
    MR_ASSIGN(auto rules, load_rules(ctx.txn(), ctx.scope()));
    if (rules.size() >= kRulesMax) {
      return ev::errors::limit_exceeded_exception(
          "The requested resource exceeds the maximum number allowed.");
    }
    for (const ev::Tag& tag : in.tags.value_or(std::vector<ev::Tag>()))
      rule.tags[tag.key] = tag.value;
  }
  rule.row.name = in.name;
  rule.row.arn = ctx.arn("events", "rule/" + in.name);
  rule.row.event_pattern = in.event_pattern;
  rule.row.schedule_expression = in.schedule_expression;
  rule.row.state = in.state.value_or("ENABLED");
  rule.row.description = in.description;
  rule.row.event_bus_name = "default";
  rule.row.created_by = ctx.account();
  rule.anchor = Instant::from_seconds(ctx.now().seconds());
  schedule_rule(ctx.txn(), ctx.scope(), rule, ctx.now());
  return ev::PutRuleResponse{.rule_arn = rule.row.arn};
}

}  // namespace millrace::events
