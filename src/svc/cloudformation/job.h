// Job: a stack's run, as it stands in the store between two steps. Everything that the next step
// needs is here, so a run goes on after a restart where it was.
//
// Thread safety: a value.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codec/json.h"
#include "svc/cloudformation/records.h"

namespace millrace::cloudformation {

enum class JobKind { kCreate, kUpdate, kDelete };  // on disk by name

enum class Phase {
  kApply,     // makes and changes, dependencies first
  kCleanup,   // after an update: removes what it replaced or no longer has
  kRollback,  // undoes the journal, last first
  kRollbackCleanup,
  kDelete,
};

enum class Action { kCreate, kUpdate, kReplace, kRevert, kRemove };

// One resource's turn.
struct Turn {
  std::string logical_id;
  Action action = Action::kCreate;
  std::string suffix;    // of names that are generated
  bool waiting = false;  // made, not ready yet
  int64_t started_ms = 0;
};

// What was done, for the way back.
struct JournalEntry {
  std::string logical_id;
  Action action = Action::kCreate;
  std::optional<ResourceRecord> before;
};

// Which entries of a list are there; they are rows of their own (Rows::ListEntry).
struct ListSpan {
  int64_t begin = 0;
  int64_t end = 0;
  bool empty() const { return begin == end; }
};

struct Job {
  std::string runner;  // who works on it; another's token means: leave it alone
  JobKind kind = JobKind::kCreate;
  Phase phase = Phase::kApply;
  svc::Caller caller;
  std::string client_token;
  int64_t started_ms = 0;
  bool retain_except_on_create = false;  // a rollback removes what it made, whatever its policy
  bool force_delete = false;             // DeletionMode FORCE_DELETE_STACK: what fails is left
  std::optional<Turn> turn;
  std::set<std::string> done;       // logical ids, in kApply
  ListSpan journal;                 // in the order it happened
  ListSpan to_remove;               // in order; the first is next
  std::vector<std::string> failed;  // logical ids that could not be removed
  std::set<std::string> retain;     // DeleteStack's RetainResources
  // An update's way back.
  Goal previous;
  std::vector<OutputRecord> previous_outputs;
};

// A job's lists, in the store with it.
class JobLists {
 public:
  // REQUIRES: all outlive it.
  JobLists(Rows& rows, const std::string& stack_id, Job& job)
      : rows_(rows), stack_id_(stack_id), job_(job) {}

  void note(const JournalEntry& entry);
  Result<JournalEntry> last_done();  // REQUIRES: the journal is not empty
  void forget_last_done();
  // Newest first.
  Result<std::vector<JournalEntry>> whole_journal();

  void will_remove(const ResourceRecord& resource);
  Result<ResourceRecord> next_removal();  // REQUIRES: there is one
  void forget_next_removal();

  // Leaves a resource as it is in a rollback; false when nothing of it waits to be rolled back.
  Result<bool> skip_revert(const std::string& logical_id);
  // What a run that stopped half-way leaves beside the stack's resources.
  Result<std::vector<ResourceRecord>> leftovers();
  void erase();

 private:
  Rows& rows_;
  const std::string& stack_id_;
  Job& job_;
};

// Whoever depends on others goes before them.
Result<std::vector<ResourceRecord>> in_removal_order(std::vector<ResourceRecord> resources);

codec::Json to_json(const Job& job);
Job job_from_json(const codec::Json& json);

}  // namespace millrace::cloudformation
