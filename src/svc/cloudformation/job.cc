#include "svc/cloudformation/job.h"

#include <array>

#include "svc/caller_json.h"
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

Json to_json(const ListSpan& span) { return Json::Array{Json(span.begin), Json(span.end)}; }
ListSpan span_from_json(const Json* json) {
  if (json == nullptr) return {};
  const Json::Array& pair = *json->as_array();
  return {*pair[0].as_int(), *pair[1].as_int()};
}

Json to_json(const JournalEntry& entry) {
  Json json = Json::object();
  json.set("logical", entry.logical_id);
  json.set("action", kActionNames[static_cast<size_t>(entry.action)]);
  if (entry.before) json.set("before", to_json(*entry.before));
  return json;
}
JournalEntry entry_from_json(const Json& json) {
  JournalEntry entry{.logical_id = std::string(json.get_string("logical")),
                     .action = from_name<Action>(kActionNames, json.get_string("action"))};
  if (const Json* before = json.find("before")) entry.before = resource_from_json(*before);
  return entry;
}

// Names on disk: frozen.
constexpr char kJournal[] = "journal";
constexpr char kRemoval[] = "removal";

}  // namespace

Json to_json(const Job& job) {
  Json json = Json::object();
  json.set("runner", job.runner).set("kind", kKindNames[static_cast<size_t>(job.kind)]);
  json.set("phase", kPhaseNames[static_cast<size_t>(job.phase)]);
  json.set("caller", svc::to_json(job.caller)).set("token", job.client_token);
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
  json.set("journal", to_json(job.journal)).set("remove", to_json(job.to_remove));
  json.set("failed", strings_to_json(job.failed));
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
  if (const Json* caller = json.find("caller")) job.caller = svc::caller_from_json(*caller);
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
  job.journal = span_from_json(json.find("journal"));
  job.to_remove = span_from_json(json.find("remove"));
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

void JobLists::note(const JournalEntry& entry) {
  rows_.save_entry({kJournal, stack_id_, job_.journal.end++}, to_json(entry));
}

Result<JournalEntry> JobLists::last_done() {
  CHECK(!job_.journal.empty());
  MR_ASSIGN(Json json, rows_.find_entry({kJournal, stack_id_, job_.journal.end - 1}));
  return entry_from_json(json);
}

void JobLists::forget_last_done() {
  CHECK(!job_.journal.empty());
  rows_.erase_entry({kJournal, stack_id_, --job_.journal.end});
}

Result<std::vector<JournalEntry>> JobLists::whole_journal() {
  std::vector<JournalEntry> entries;
  for (int64_t i = job_.journal.end; i > job_.journal.begin; --i) {
    MR_ASSIGN(Json json, rows_.find_entry({kJournal, stack_id_, i - 1}));
    entries.push_back(entry_from_json(json));
  }
  return entries;
}

void JobLists::will_remove(const ResourceRecord& resource) {
  rows_.save_entry({kRemoval, stack_id_, job_.to_remove.end++}, to_json(resource));
}

Result<ResourceRecord> JobLists::next_removal() {
  CHECK(!job_.to_remove.empty());
  MR_ASSIGN(Json json, rows_.find_entry({kRemoval, stack_id_, job_.to_remove.begin}));
  return resource_from_json(json);
}

void JobLists::forget_next_removal() {
  CHECK(!job_.to_remove.empty());
  rows_.erase_entry({kRemoval, stack_id_, job_.to_remove.begin++});
}

Result<bool> JobLists::skip_revert(const std::string& logical_id) {
  MR_ASSIGN(auto entries, whole_journal());
  size_t skipped = std::erase_if(entries, [&](const JournalEntry& entry) {
    return entry.logical_id == logical_id && entry.action == Action::kUpdate;
  });
  if (skipped == 0) return false;
  while (!job_.journal.empty())
    forget_last_done();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    note(*entry);
  return true;
}

Result<std::vector<ResourceRecord>> JobLists::leftovers() {
  std::vector<ResourceRecord> left;
  for (int64_t i = job_.to_remove.begin; i < job_.to_remove.end; ++i) {
    MR_ASSIGN(Json json, rows_.find_entry({kRemoval, stack_id_, i}));
    left.push_back(resource_from_json(json));
  }
  MR_ASSIGN(auto entries, whole_journal());
  for (JournalEntry& entry : entries) {
    if (entry.action == Action::kReplace && entry.before) left.push_back(std::move(*entry.before));
  }
  return left;
}

void JobLists::erase() {
  while (!job_.journal.empty())
    forget_last_done();
  while (!job_.to_remove.empty())
    forget_next_removal();
}

}  // namespace millrace::cloudformation
