#include "svc/cloudformation/job.h"

#include <array>

#include "svc/cloudformation/record_json.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

// Names on disk: frozen.
constexpr std::array kKindNames = {"create", "update", "delete"};
constexpr std::array kPhaseNames = {"apply", "cleanup", "rollback", "rollback-cleanup", "delete"};
constexpr std::array kActionNames = {"create", "update", "replace", "revert", "remove"};

template <class Enum, size_t N>
Enum from_name(const std::array<const char*, N>& names, std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (name == names[i]) return static_cast<Enum>(i);
  }
  return Enum{};
}

template <class Strings>
Json strings_to_json(const Strings& strings) {
  Json json = Json::array();
  for (const std::string& text : strings)
    json.push(Json(text));
  return json;
}
template <class Add>
void each_of(const Json& json, std::string_view name, Add add) {
  const Json* array = json.find(name);
  if (array == nullptr || !array->is_array()) return;
  for (const Json& element : *array->as_array())
    add(element);
}

}  // namespace

Json to_json(const Job& job) {
  Json json = Json::object();
  json.set("runner", job.runner).set("kind", kKindNames[static_cast<size_t>(job.kind)]);
  json.set("phase", kPhaseNames[static_cast<size_t>(job.phase)]);
  json.set("caller", to_json(job.caller)).set("token", job.client_token);
  json.set("started", job.started_ms).set("except_on_create", job.retain_except_on_create);
  json.set("force", job.force_delete);
  if (job.turn) {
    Json turn = Json::object();
    turn.set("logical", job.turn->logical_id).set("suffix", job.turn->suffix);
    turn.set("action", kActionNames[static_cast<size_t>(job.turn->action)]);
    turn.set("waiting", job.turn->waiting).set("started", job.turn->started_ms);
    json.set("turn", std::move(turn));
  }
  json.set("done", strings_to_json(job.done));
  Json journal = Json::array();
  for (const JournalEntry& entry : job.journal) {
    Json one = Json::object();
    one.set("logical", entry.logical_id);
    one.set("action", kActionNames[static_cast<size_t>(entry.action)]);
    if (entry.before) one.set("before", to_json(*entry.before));
    journal.push(std::move(one));
  }
  json.set("journal", std::move(journal));
  Json to_remove = Json::array();
  for (const ResourceRecord& resource : job.to_remove)
    to_remove.push(to_json(resource));
  json.set("remove", std::move(to_remove)).set("failed", strings_to_json(job.failed));
  json.set("retain", strings_to_json(job.retain));
  if (job.kind == JobKind::kUpdate) {
    json.set("previous", to_json(job.previous));
    StackRecord carrier;  // outputs are written as a stack's
    carrier.outputs = job.previous_outputs;
    json.set("previous_outputs", *to_json(carrier).find("outputs"));
  }
  return json;
}

Job job_from_json(const Json& json) {
  Job job;
  job.runner = json.get_string("runner");
  job.kind = from_name<JobKind>(kKindNames, json.get_string("kind"));
  job.phase = from_name<Phase>(kPhaseNames, json.get_string("phase"));
  if (const Json* caller = json.find("caller")) job.caller = caller_from_json(*caller);
  job.client_token = json.get_string("token");
  if (const Json* started = json.find("started")) job.started_ms = *started->as_int();
  if (const Json* flag = json.find("except_on_create")) {
    job.retain_except_on_create = *flag->as_bool();
  }
  if (const Json* flag = json.find("force")) job.force_delete = *flag->as_bool();
  if (const Json* turn = json.find("turn")) {
    const Json* waiting = turn->find("waiting");
    const Json* started = turn->find("started");
    job.turn = Turn{.logical_id = std::string(turn->get_string("logical")),
                    .action = from_name<Action>(kActionNames, turn->get_string("action")),
                    .suffix = std::string(turn->get_string("suffix")),
                    .waiting = waiting != nullptr && *waiting->as_bool(),
                    .started_ms = started == nullptr ? 0 : *started->as_int()};
  }
  each_of(json, "done", [&](const Json& id) { job.done.insert(*id.as_string()); });
  each_of(json, "journal", [&](const Json& one) {
    JournalEntry entry{.logical_id = std::string(one.get_string("logical")),
                       .action = from_name<Action>(kActionNames, one.get_string("action"))};
    if (const Json* before = one.find("before")) entry.before = resource_from_json(*before);
    job.journal.push_back(std::move(entry));
  });
  each_of(json, "remove",
          [&](const Json& one) { job.to_remove.push_back(resource_from_json(one)); });
  each_of(json, "failed", [&](const Json& id) { job.failed.push_back(*id.as_string()); });
  each_of(json, "retain", [&](const Json& id) { job.retain.insert(*id.as_string()); });
  if (const Json* previous = json.find("previous")) job.previous = goal_from_json(*previous);
  if (const Json* outputs = json.find("previous_outputs")) {
    Json carrier = Json::object();
    carrier.set("outputs", *outputs);
    job.previous_outputs = stack_from_json(carrier).outputs;
  }
  return job;
}

void add_leftovers(const Job& suspended, std::vector<ResourceRecord>& to_remove) {
  std::vector<ResourceRecord> left = suspended.to_remove;
  for (auto entry = suspended.journal.rbegin(); entry != suspended.journal.rend(); ++entry) {
    if (entry->action == Action::kReplace && entry->before) left.push_back(*entry->before);
  }
  to_remove.insert(to_remove.begin(), std::make_move_iterator(left.begin()),
                   std::make_move_iterator(left.end()));
}

bool skip_revert(Job& job, const std::string& logical_id) {
  return std::erase_if(job.journal, [&](const JournalEntry& entry) {
           return entry.logical_id == logical_id && entry.action == Action::kUpdate;
         }) > 0;
}

}  // namespace millrace::cloudformation
