// The operations of EventBridge, each in the file of its name.
#pragma once

#include "svc/events/rules.h"

namespace millrace::events {

Result<ev::DeleteRule::Output> delete_rule(svc::Context& ctx, const ev::DeleteRule::Input& in);
Result<ev::DescribeEventBus::Output> describe_event_bus(svc::Context& ctx,
                                                        const ev::DescribeEventBus::Input& in);
Result<ev::DescribeRule::Output> describe_rule(svc::Context& ctx,
                                               const ev::DescribeRule::Input& in);
Result<ev::DisableRule::Output> disable_rule(svc::Context& ctx, const ev::DisableRule::Input& in);
Result<ev::EnableRule::Output> enable_rule(svc::Context& ctx, const ev::EnableRule::Input& in);
Result<ev::ListEventBuses::Output> list_event_buses(svc::Context& ctx,
                                                    const ev::ListEventBuses::Input& in);
Result<ev::ListRuleNamesByTarget::Output> list_rule_names_by_target(
    svc::Context& ctx, const ev::ListRuleNamesByTarget::Input& in);
Result<ev::ListRules::Output> list_rules(svc::Context& ctx, const ev::ListRules::Input& in);
Result<ev::ListTagsForResource::Output> list_tags_for_resource(
    svc::Context& ctx, const ev::ListTagsForResource::Input& in);
Result<ev::ListTargetsByRule::Output> list_targets_by_rule(svc::Context& ctx,
                                                           const ev::ListTargetsByRule::Input& in);
Result<ev::PutRule::Output> put_rule(svc::Context& ctx, const ev::PutRule::Input& in);
Result<ev::PutTargets::Output> put_targets(svc::Context& ctx, const ev::PutTargets::Input& in);
Result<ev::RemoveTargets::Output> remove_targets(svc::Context& ctx,
                                                 const ev::RemoveTargets::Input& in);
Result<ev::TagResource::Output> tag_resource(svc::Context& ctx, const ev::TagResource::Input& in);
Result<ev::TestEventPattern::Output> test_event_pattern(svc::Context& ctx,
                                                        const ev::TestEventPattern::Input& in);
Result<ev::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                 const ev::UntagResource::Input& in);
void put_events(const svc::Call& call, const svc::Ports& ports,
                std::shared_ptr<const ev::PutEventsRequest> in,
                std::function<void(Result<ev::PutEventsResponse>)> done);

}  // namespace millrace::events
