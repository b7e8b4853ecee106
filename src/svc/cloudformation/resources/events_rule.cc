#include <algorithm>
#include <set>

#include "aws/events.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-rule.html
namespace {

namespace events = aws::events;
using codec::Json;

constexpr const aws::Operation* kPut = &events::PutRule::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "Name", .on_change = OnChange::kReplace},
    {.name = "EventBusName", .on_change = OnChange::kReplace, .operation = kPut},
    {.name = "ScheduleExpression", .operation = kPut},
    {.name = "EventPattern"},
    {.name = "State", .operation = kPut},
    {.name = "Description", .operation = kPut},
    {.name = "RoleArn", .operation = kPut},
    {.name = "Targets", .operation = &events::PutTargets::kDescription},
    {.name = "Tags", .nested = "Key,Value"},
};
constexpr std::string_view kAttributes[] = {"Arn"};

std::vector<std::string> target_ids(const Json& properties) {
  std::vector<std::string> ids;
  if (const Json* targets = properties.find("Targets"); targets && targets->is_array()) {
    for (const Json& target : *targets->as_array())
      ids.emplace_back(target.get_string("Id"));
  }
  return ids;
}

std::optional<std::string> bus_of(const Json& properties) {
  std::string_view bus = properties.get_string("EventBusName");
  if (bus.empty()) return std::nullopt;
  return std::string(bus);
}

Status put_targets(ResourceStep& step, const std::string& rule) {
  if (target_ids(step.properties).empty()) return ok_status();
  MR_ASSIGN(auto input, bind<events::PutTargets>(step));
  input.rule = rule;
  input.event_bus_name = bus_of(step.properties);
  MR_ASSIGN(auto put, step.ctx.call<events::PutTargets>(input));
  if (put.failed_entry_count.value_or(0) == 0) return ok_status();
  std::string reason = "A target of the rule was refused";
  if (put.failed_entries && !put.failed_entries->empty()) {
    reason = put.failed_entries->front().error_message.value_or(reason);
  }
  return Error("InvalidRequest", 400, reason);
}

// With its tags when it is new: PutRule leaves those of a rule that is there.
Result<ResourceState> put_rule(ResourceStep& step, const std::string& name) {
  MR_ASSIGN(auto input, bind<events::PutRule>(step));
  input.name = name;
  if (const Json* pattern = step.properties.find("EventPattern")) {
    input.event_pattern = pattern->is_string() ? *pattern->as_string() : pattern->dump();
  }
  put_tags(step, input);
  MR_ASSIGN(auto made, step.ctx.call<events::PutRule>(input));
  MR_TRY(put_targets(step, name));
  ResourceState state{.physical_id = name};
  state.attributes.set("Arn", made.rule_arn.value_or(""));
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  return put_rule(step, step.text("Name", step.generated_name(64)));
}

Status remove_targets(ResourceStep& step, const ResourceRecord& before,
                      std::vector<std::string> ids) {
  if (ids.empty()) return ok_status();
  return ignore_missing(
      step.ctx.call<events::RemoveTargets>({.rule = before.physical_id,
                                            .event_bus_name = bus_of(before.properties),
                                            .ids = std::move(ids)}));
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  std::vector<std::string> gone;
  std::vector<std::string> kept = target_ids(step.properties);
  for (std::string& id : target_ids(before.properties)) {
    if (std::find(kept.begin(), kept.end(), id) == kept.end()) gone.push_back(std::move(id));
  }
  MR_TRY(remove_targets(step, before, std::move(gone)));
  MR_ASSIGN(ResourceState state, put_rule(step, before.physical_id));
  std::string arn(state.attributes.get_string("Arn"));
  MR_TRY((change_tags<events::TagResource, events::UntagResource>(
      step, before, {.tag = {.resource_arn = arn}, .untag = {.resource_arn = arn}})));
  return state;
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(remove_targets(step, before, target_ids(before.properties)));
  return ignore_missing(step.ctx.call<events::DeleteRule>(
      {.name = before.physical_id, .event_bus_name = bus_of(before.properties)}));
}

}  // namespace

const ResourceType kEventsRule = {.name = "AWS::Events::Rule",
                                  .properties = kProperties,
                                  .attributes = kAttributes,
                                  .tagging = Tagging::kStackAndSystem,
                                  .name_property = "Name",
                                  .create = create,
                                  .update = update,
                                  .remove = remove};

}  // namespace millrace::cloudformation
