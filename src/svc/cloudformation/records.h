// Records: what CloudFormation keeps in the store (docs/formats.md). A stack is a row of its own;
// its template, resources, events and change sets are rows beside it. A stack's name leads to its
// id while the stack lives; a deleted stack is still found by its id.
//
// Thread safety: records are values; functions work on one transaction.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "codec/json.h"
#include "store/store.h"
#include "svc/cloudformation/parameters.h"
#include "svc/ports.h"

namespace millrace::cloudformation {

using Tags = std::vector<std::pair<std::string, std::string>>;

struct OutputRecord {
  std::string key;
  std::string value;
  std::string description;
  std::string export_name;  // or empty
};

// What a deployment is told to make true; what an update's rollback goes back to.
struct Goal {
  std::string template_text;
  ParameterValues parameters;
  Tags tags;
  std::vector<std::string> capabilities;
  std::string role_arn;
  std::string description;
};

struct StackRecord {
  std::string id;
  std::string name;
  std::string status;
  std::string status_reason;
  Instant created;
  std::optional<Instant> updated;
  std::optional<Instant> deleted;
  Goal goal;  // template_text is kept in a row of its own
  std::vector<OutputRecord> outputs;
  bool disable_rollback = false;
  std::string on_failure;  // CreateStack's: "ROLLBACK", "DELETE", "DO_NOTHING"
  bool termination_protection = false;
  std::string change_set_id;
  std::string client_token;       // CreateStack's: a request that is sent again makes nothing new
  std::set<std::string> imports;  // names of exports that this stack holds in use
  int64_t timeout_minutes = 0;
  int64_t last_event_ms = 0;

  bool is_deleted() const { return status == "DELETE_COMPLETE"; }
  bool in_progress() const { return status.ends_with("_IN_PROGRESS") && !in_review(); }
  bool in_review() const { return status == "REVIEW_IN_PROGRESS"; }
};

struct ResourceRecord {
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string status;
  std::string status_reason;
  Instant changed;
  codec::Json properties;  // resolved
  codec::Json attributes;  // for GetAtt
  codec::Json metadata;
  Tags tags;                // as they were last applied, the stack's among them
  std::string incarnation;  // tells what is there now from what it replaced; stays over updates
  bool retain_on_delete = false;
  bool retain_on_replace = false;
  bool delete_on_rollback = false;  // RetainExceptOnCreate
  std::set<std::string> depends_on;

  bool exists() const { return status != "DELETE_COMPLETE" && status != "DELETE_SKIPPED"; }
};

struct EventRecord {
  std::string logical_id;
  std::string physical_id;
  std::string type;
  std::string status;
  std::string reason;
  codec::Json properties;  // of a resource; null for the stack's own
};

struct ChangeSetRecord {
  std::string id;
  std::string name;
  std::string stack_id;
  std::string stack_name;
  std::string description;
  std::string type;  // CREATE, UPDATE
  std::string status;
  std::string status_reason;
  std::string execution_status;
  Instant created;
  Goal goal;            // with its template
  codec::Json changes;  // array, as DescribeChangeSet shows them
  std::string on_stack_failure;
  std::string client_token;
  bool include_nested_stacks = false;
};

struct ExportRecord {
  std::string name;
  std::string value;
  std::string stack_id;
};

// "a and b", as CloudFormation names the stacks that use an export.
std::string names_of_stacks(const std::vector<std::string>& stack_ids);

// What the template says of a resource beside its properties.
void declare(const ResourceDeclaration& declaration, ResourceRecord& resource);

codec::Json to_json(const ResourceRecord& resource);
ResourceRecord resource_from_json(const codec::Json& json);
codec::Json to_json(const Goal& goal);  // with its template
Goal goal_from_json(const codec::Json& json);

// All rows of one account and region, in one transaction.
class Rows {
 public:
  Rows(store::Txn& txn, const svc::Scope& scope) : txn_(txn), scope_(scope) {}

  Result<std::optional<StackRecord>> find_stack(const std::string& id);
  // A name, of a stack that is not deleted, or an id.
  Result<std::optional<StackRecord>> find_stack_by(const std::string& name_or_id);
  void save(const StackRecord& stack);  // with its template
  // Without the template, which has not changed.
  void save_state(const StackRecord& stack);
  void forget_name(const StackRecord& stack);
  Result<std::vector<StackRecord>> all_stacks();  // without templates

  Result<std::optional<ResourceRecord>> find_resource(const std::string& stack_id,
                                                      const std::string& logical_id);
  Result<std::vector<ResourceRecord>> resources_of(const std::string& stack_id);
  void save(const std::string& stack_id, const ResourceRecord& resource);
  void erase_resource(const std::string& stack_id, const std::string& logical_id);

  // Gives the event a time of its own, later than all of the stack's events before it.
  void add_event(StackRecord& stack, const EventRecord& event, const std::string& client_token,
                 Instant now);
  // Newest first, from before `before_ms` (exclusive).
  struct StoredEvent {
    int64_t ms = 0;
    std::string event_id;
    std::string client_token;
    EventRecord event;
  };
  struct EventPage {
    int64_t before_ms = 0;
    size_t limit = 0;
  };
  Result<std::vector<StoredEvent>> events_of(const std::string& stack_id, const EventPage& page);

  Result<std::optional<ChangeSetRecord>> find_change_set(const std::string& stack_id,
                                                         const std::string& name);
  Result<std::optional<ChangeSetRecord>> find_change_set_by_id(const std::string& id);
  Result<std::vector<ChangeSetRecord>> change_sets_of(const std::string& stack_id);
  void save(const ChangeSetRecord& change_set);
  void erase(const ChangeSetRecord& change_set);

  Result<std::optional<ExportRecord>> find_export(const std::string& name);
  Result<std::vector<ExportRecord>> all_exports();
  void save(const ExportRecord& exported);
  void erase_export(const std::string& name);
  // Which stacks import an export: rows made by the resolving of Fn::ImportValue.
  Result<std::vector<std::string>> importers_of(const std::string& export_name);
  struct Import {
    std::string export_name;
    std::string stack_id;
  };
  void note_import(const Import& import);
  void forget_import(const Import& import);

  Result<std::optional<codec::Json>> find_job(const std::string& stack_id);
  void save_job(const std::string& stack_id, const codec::Json& job);
  void erase_job(const std::string& stack_id);
  Result<std::vector<std::string>> stacks_with_jobs();
  // The lists of a run, an entry a row, so that a step costs the same however long they are.
  struct ListEntry {
    const char* list;  // "journal", "removal"; on disk
    const std::string& stack_id;
    int64_t index;
  };
  Result<codec::Json> find_entry(const ListEntry& entry);
  void save_entry(const ListEntry& entry, const codec::Json& value);
  void erase_entry(const ListEntry& entry);
  // A run that stopped half-way (UPDATE_FAILED, UPDATE_ROLLBACK_FAILED ...): what a later one needs
  // to go on or back.
  Result<std::optional<codec::Json>> find_suspended(const std::string& stack_id);
  void suspend(const std::string& stack_id, const codec::Json& job);
  void erase_suspended(const std::string& stack_id);

 private:
  store::Txn& txn_;
  const svc::Scope& scope_;
};

}  // namespace millrace::cloudformation
