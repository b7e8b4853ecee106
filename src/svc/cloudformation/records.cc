#include "svc/cloudformation/records.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "store/key.h"
#include "svc/cloudformation/record_json.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;
using store::KeyWriter;

KeyWriter table(const svc::Scope& scope, std::string_view name) {
  KeyWriter key(scope.account, scope.region, store::Space::kCloudFormation);
  key.str(name);
  return key;
}

std::string key_of(const svc::Scope& scope, std::string_view name, std::string_view id) {
  return table(scope, name).str(id).key();
}

Result<std::optional<Json>> get_json(store::Reader& reader, const std::string& key) {
  MR_ASSIGN(auto row, reader.get(key));
  if (!row) return std::optional<Json>();
  MR_ASSIGN(Json json, Json::parse(*row));
  return std::optional<Json>(std::move(json));
}

template <class T, class FromJson>
Result<std::vector<T>> scan_all(store::Reader& reader, const std::string& prefix,
                                FromJson from_json) {
  std::vector<T> all;
  auto it = reader.scan(store::prefix_range(prefix));
  for (; it->valid(); it->next()) {
    MR_ASSIGN(Json json, Json::parse(it->value()));
    all.push_back(from_json(json));
  }
  MR_TRY(it->status());
  return all;
}

}  // namespace

std::string names_of_stacks(const std::vector<std::string>& stack_ids) {
  std::vector<std::string> names;
  for (const std::string& id : stack_ids) {  // arn:...:stack/NAME/UUID
    std::string rest = id.substr(id.find('/') + 1);
    names.push_back(rest.substr(0, rest.find('/')));
  }
  return fmt::format("{}", fmt::join(names, " and "));
}

void declare(const ResourceDeclaration& declaration, ResourceRecord& resource) {
  resource.metadata = declaration.metadata;
  resource.retain_on_delete = declaration.deletion_policy != DeletionPolicy::kDelete;
  resource.delete_on_rollback =
      declaration.deletion_policy == DeletionPolicy::kRetainExceptOnCreate;
  resource.retain_on_replace = declaration.replace_policy == DeletionPolicy::kRetain;
  resource.depends_on = declaration.depends_on;
}

Result<std::optional<StackRecord>> Rows::find_stack(const std::string& id) {
  MR_ASSIGN(auto json, get_json(txn_, key_of(scope_, "stack", id)));
  if (!json) return std::optional<StackRecord>();
  StackRecord stack = stack_from_json(*json);
  MR_ASSIGN(auto text, txn_.get(key_of(scope_, "template", id)));
  stack.goal.template_text = text.value_or("");
  return std::optional<StackRecord>(std::move(stack));
}

Result<std::optional<StackRecord>> Rows::find_stack_by(const std::string& name_or_id) {
  if (name_or_id.starts_with("arn:")) return find_stack(name_or_id);
  MR_ASSIGN(auto id, txn_.get(key_of(scope_, "name", name_or_id)));
  if (!id) return std::optional<StackRecord>();
  return find_stack(*id);
}

void Rows::save(const StackRecord& stack) {
  save_state(stack);
  txn_.put(key_of(scope_, "template", stack.id), stack.goal.template_text);
}

void Rows::save_state(const StackRecord& stack) {
  txn_.put(key_of(scope_, "stack", stack.id), to_json(stack).dump());
  if (!stack.is_deleted()) txn_.put(key_of(scope_, "name", stack.name), stack.id);
}

void Rows::forget_name(const StackRecord& stack) { txn_.del(key_of(scope_, "name", stack.name)); }

Result<std::vector<StackRecord>> Rows::all_stacks() {
  return scan_all<StackRecord>(txn_, table(scope_, "stack").key(), stack_from_json);
}

Result<std::optional<ResourceRecord>> Rows::find_resource(const std::string& stack_id,
                                                          const std::string& logical_id) {
  std::string key = table(scope_, "resource").str(stack_id).str(logical_id).key();
  MR_ASSIGN(auto json, get_json(txn_, key));
  if (!json) return std::optional<ResourceRecord>();
  return std::optional<ResourceRecord>(resource_from_json(*json));
}

Result<std::vector<ResourceRecord>> Rows::resources_of(const std::string& stack_id) {
  return scan_all<ResourceRecord>(txn_, table(scope_, "resource").str(stack_id).key(),
                                  resource_from_json);
}

void Rows::save(const std::string& stack_id, const ResourceRecord& resource) {
  txn_.put(table(scope_, "resource").str(stack_id).str(resource.logical_id).key(),
           to_json(resource).dump());
}

void Rows::erase_resource(const std::string& stack_id, const std::string& logical_id) {
  txn_.del(table(scope_, "resource").str(stack_id).str(logical_id).key());
}

void Rows::add_event(StackRecord& stack, const EventRecord& event, const std::string& client_token,
                     Instant now) {
  int64_t ms = std::max(now.ms(), stack.last_event_ms + 1);
  stack.last_event_ms = ms;
  Json json = to_json(event);
  bool own = event.type == "AWS::CloudFormation::Stack" && event.physical_id == stack.id;
  json.set("id", own ? random_uuid(thread_rng())
                     : fmt::format("{}-{}-{}", event.logical_id, event.status,
                                   format_iso8601_ms(Instant::from_ms(ms))));
  if (!client_token.empty()) json.set("token", client_token);
  txn_.put(table(scope_, "event").str(stack.id).u64(static_cast<uint64_t>(ms)).key(), json.dump());
}

Result<std::vector<Rows::StoredEvent>> Rows::events_of(const std::string& stack_id,
                                                       const EventPage& page) {
  KeyWriter start = table(scope_, "event");
  start.str(stack_id);
  store::KeyRange range = store::prefix_range(start.key());
  if (page.before_ms > 0) {
    range.end =
        table(scope_, "event").str(stack_id).u64(static_cast<uint64_t>(page.before_ms)).key();
  }
  std::vector<StoredEvent> events;
  auto it = txn_.scan(std::move(range), store::Direction::kReverse);
  for (; it->valid() && events.size() < page.limit; it->next()) {
    store::KeyReader key(it->key());
    key.str();
    key.str();
    MR_ASSIGN(Json json, Json::parse(it->value()));
    StoredEvent event{.ms = static_cast<int64_t>(key.u64().value_or(0))};
    event.event_id = json.get_string("id");
    event.client_token = json.get_string("token");
    event.event = event_from_json(json);
    events.push_back(std::move(event));
  }
  MR_TRY(it->status());
  return events;
}

Result<std::optional<ChangeSetRecord>> Rows::find_change_set(const std::string& stack_id,
                                                             const std::string& name) {
  std::string key = table(scope_, "change-set").str(stack_id).str(name).key();
  MR_ASSIGN(auto json, get_json(txn_, key));
  if (!json) return std::optional<ChangeSetRecord>();
  return std::optional<ChangeSetRecord>(change_set_from_json(*json));
}

Result<std::vector<ChangeSetRecord>> Rows::change_sets_of(const std::string& stack_id) {
  return scan_all<ChangeSetRecord>(txn_, table(scope_, "change-set").str(stack_id).key(),
                                   change_set_from_json);
}

Result<std::optional<ChangeSetRecord>> Rows::find_change_set_by_id(const std::string& id) {
  MR_ASSIGN(auto place, get_json(txn_, key_of(scope_, "change-set-id", id)));
  if (!place) return std::optional<ChangeSetRecord>();
  MR_ASSIGN(auto found, find_change_set(std::string(place->get_string("stack")),
                                        std::string(place->get_string("name"))));
  if (found && found->id != id) found.reset();
  return found;
}

void Rows::save(const ChangeSetRecord& change_set) {
  Json place = Json::object();
  place.set("stack", change_set.stack_id).set("name", change_set.name);
  txn_.put(key_of(scope_, "change-set-id", change_set.id), place.dump());
  txn_.put(table(scope_, "change-set").str(change_set.stack_id).str(change_set.name).key(),
           to_json(change_set).dump());
}

void Rows::erase(const ChangeSetRecord& change_set) {
  txn_.del(key_of(scope_, "change-set-id", change_set.id));
  txn_.del(table(scope_, "change-set").str(change_set.stack_id).str(change_set.name).key());
}

namespace {

ExportRecord export_from_json(const Json& json) {
  return {std::string(json.get_string("name")), std::string(json.get_string("value")),
          std::string(json.get_string("stack"))};
}

}  // namespace

Result<std::optional<ExportRecord>> Rows::find_export(const std::string& name) {
  MR_ASSIGN(auto json, get_json(txn_, key_of(scope_, "export", name)));
  if (!json) return std::optional<ExportRecord>();
  return std::optional<ExportRecord>(export_from_json(*json));
}

Result<std::vector<ExportRecord>> Rows::all_exports() {
  return scan_all<ExportRecord>(txn_, table(scope_, "export").key(), export_from_json);
}

void Rows::save(const ExportRecord& exported) {
  Json json = Json::object();
  json.set("name", exported.name).set("value", exported.value).set("stack", exported.stack_id);
  txn_.put(key_of(scope_, "export", exported.name), json.dump());
}

void Rows::erase_export(const std::string& name) { txn_.del(key_of(scope_, "export", name)); }

Result<std::vector<std::string>> Rows::importers_of(const std::string& export_name) {
  std::vector<std::string> stack_ids;
  auto it = txn_.scan(store::prefix_range(table(scope_, "import").str(export_name).key()));
  for (; it->valid(); it->next())
    stack_ids.emplace_back(it->value());
  MR_TRY(it->status());
  return stack_ids;
}

void Rows::note_import(const Import& import) {
  txn_.put(table(scope_, "import").str(import.export_name).str(import.stack_id).key(),
           import.stack_id);
}

void Rows::forget_import(const Import& import) {
  txn_.del(table(scope_, "import").str(import.export_name).str(import.stack_id).key());
}

Result<std::optional<Json>> Rows::find_job(const std::string& stack_id) {
  return get_json(txn_, key_of(scope_, "job", stack_id));
}

void Rows::save_job(const std::string& stack_id, const Json& job) {
  txn_.put(key_of(scope_, "job", stack_id), job.dump());
}

void Rows::erase_job(const std::string& stack_id) { txn_.del(key_of(scope_, "job", stack_id)); }

namespace {

std::string entry_key(const svc::Scope& scope, const Rows::ListEntry& entry) {
  return table(scope, entry.list).str(entry.stack_id).u64(static_cast<uint64_t>(entry.index)).key();
}

}  // namespace

Result<Json> Rows::find_entry(const ListEntry& entry) {
  MR_ASSIGN(auto json, get_json(txn_, entry_key(scope_, entry)));
  if (!json) return Error::internal("an entry of a stack's run is missing");
  return std::move(*json);
}

void Rows::save_entry(const ListEntry& entry, const Json& value) {
  txn_.put(entry_key(scope_, entry), value.dump());
}

void Rows::erase_entry(const ListEntry& entry) { txn_.del(entry_key(scope_, entry)); }

Result<std::optional<Json>> Rows::find_suspended(const std::string& stack_id) {
  return get_json(txn_, key_of(scope_, "suspended", stack_id));
}

void Rows::suspend(const std::string& stack_id, const Json& job) {
  txn_.put(key_of(scope_, "suspended", stack_id), job.dump());
}

void Rows::erase_suspended(const std::string& stack_id) {
  txn_.del(key_of(scope_, "suspended", stack_id));
}

Result<std::vector<std::string>> Rows::stacks_with_jobs() {
  std::vector<std::string> ids;
  auto it = txn_.scan(store::prefix_range(table(scope_, "job").key()));
  for (; it->valid(); it->next()) {
    store::KeyReader key(it->key());
    key.str();
    if (auto id = key.str()) ids.push_back(std::move(*id));
  }
  MR_TRY(it->status());
  return ids;
}

}  // namespace millrace::cloudformation
