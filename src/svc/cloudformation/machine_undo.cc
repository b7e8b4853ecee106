// Machine, the way back: removing what is no longer wanted, rolling back, deleting a stack.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/random.h"
#include "svc/cloudformation/machine.h"

namespace millrace::cloudformation {
namespace {

// Whether the stack's row of that name is about this very resource, and not its replacement.
bool is_row_of(const std::optional<ResourceRecord>& row, const ResourceRecord& resource) {
  return row && row->incarnation == resource.incarnation && row->type == resource.type;
}

}  // namespace

Result<NextStep> Machine::fail(const Error& error) {
  if (job_.phase == Phase::kCleanup || job_.phase == Phase::kRollbackCleanup ||
      job_.phase == Phase::kDelete) {
    return fail_removal(error);
  }
  std::string reason = handler_message(error);
  if (job_.phase == Phase::kRollback) {
    set_status("UPDATE_ROLLBACK_FAILED", reason);
    return suspend();
  }
  bool timed_out = error.code() == kTimedOut;
  if (timed_out) reason = "Stack creation time exceeded the specified timeout. ";
  if (!job_.turn) return begin_rollback(std::move(reason));
  std::string logical_id = job_.turn->logical_id;
  bool create = job_.turn->action == Action::kCreate;
  MR_ASSIGN(auto resource, rows_.find_resource(stack_.id, logical_id));
  if (resource) {
    resource->status = create ? "CREATE_FAILED" : "UPDATE_FAILED";
    resource->status_reason = handler_message(error);
    resource->changed = ctx_.now();
    add_event(*resource);
    rows_.save(stack_.id, *resource);
  }
  job_.turn.reset();
  if (timed_out) return begin_rollback(std::move(reason));
  return begin_rollback(fmt::format("The following resource(s) failed to {}: [{}]. ",
                                    create ? "create" : "update", logical_id));
}

Result<NextStep> Machine::begin_rollback(std::string reason) {
  bool create = job_.kind == JobKind::kCreate;
  if (create && !reason.ends_with(' ')) reason += ' ';
  if (stack_.disable_rollback || (create && stack_.on_failure == "DO_NOTHING")) {
    set_status(create ? "CREATE_FAILED" : "UPDATE_FAILED", std::move(reason));
    return suspend();
  }
  if (create && stack_.on_failure == "DELETE") {
    set_status("DELETE_IN_PROGRESS", reason + "Delete requested by user.");
    job_.phase = Phase::kDelete;
    job_.kind = JobKind::kDelete;
    MR_ASSIGN(auto resources, rows_.resources_of(stack_.id));
    for (ResourceRecord& resource : resources)
      resource = undone(std::move(resource));
    MR_ASSIGN(auto order, in_removal_order(std::move(resources)));
    for (const ResourceRecord& resource : order)
      lists().will_remove(resource);
    return again();
  }
  set_status(create ? "ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS",
             create ? reason + "Rollback requested by user." : std::move(reason));
  job_.phase = Phase::kRollback;
  return again();
}

// What the run made is removed where its policy, or the request, says RetainExceptOnCreate.
ResourceRecord Machine::undone(ResourceRecord resource) const {
  if (resource.delete_on_rollback || job_.retain_except_on_create) {
    resource.retain_on_delete = false;
  }
  return resource;
}

// The last thing done is undone first. New resources go when everything else is as it was.
Result<NextStep> Machine::roll_back_one() {
  if (job_.journal.empty()) {
    bool create = job_.kind == JobKind::kCreate;
    MR_ASSIGN(auto resources, rows_.resources_of(stack_.id));
    for (const ResourceRecord& resource : resources) {
      // Never made: it failed before anything of it was.
      if (resource.physical_id.empty()) rows_.erase_resource(stack_.id, resource.logical_id);
      if (create || resource.status != "UPDATE_FAILED") continue;
      ResourceRecord back = resource;  // its change was thrown away
      back.status = "UPDATE_COMPLETE";
      back.status_reason.clear();
      back.changed = ctx_.now();
      add_event(back);
      rows_.save(stack_.id, back);
    }
    if (!create) {
      stack_.goal = job_.previous;
      stack_.outputs = job_.previous_outputs;
      rows_.save(stack_);
      set_status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
    }
    job_.phase = Phase::kRollbackCleanup;
    return again();
  }
  MR_ASSIGN(JournalEntry entry, lists().last_done());
  MR_ASSIGN(auto resource, rows_.find_resource(stack_.id, entry.logical_id));
  if (entry.action == Action::kUpdate) {
    CHECK(resource.has_value());
    job_.turn = Turn{.logical_id = entry.logical_id,
                     .action = Action::kRevert,
                     .suffix = random_text(thread_rng(), 12, kUpperAlnum),
                     .started_ms = ctx_.now().ms()};
    resource->status = "UPDATE_IN_PROGRESS";
    resource->changed = ctx_.now();
    add_event(*resource);
    rows_.save(stack_.id, *resource);
    return again();
  }
  lists().forget_last_done();
  if (resource && !resource->physical_id.empty()) {
    lists().will_remove(undone(*resource));
  }
  if (entry.action == Action::kReplace) {
    rows_.save(stack_.id, *entry.before);
    add_event(*entry.before);
  } else if (job_.kind == JobKind::kUpdate) {
    rows_.erase_resource(stack_.id, entry.logical_id);
  }
  return again();
}

Result<NextStep> Machine::do_revert() {
  MR_ASSIGN(JournalEntry entry, lists().last_done());
  const ResourceType* type = find_resource_type(entry.before->type);
  CHECK(type != nullptr && type->update != nullptr);
  MR_ASSIGN(auto current, rows_.find_resource(stack_.id, entry.logical_id));
  CHECK(current.has_value());
  ResourceStep step = step_for(*type, entry.before->properties);
  ResourceState state;
  MR_ASSIGN(state, type->update(step, *current));
  ResourceRecord back = *entry.before;
  back.physical_id = state.physical_id;
  back.attributes = std::move(state.attributes);
  back.status = "UPDATE_COMPLETE";
  back.changed = ctx_.now();
  rows_.save(stack_.id, back);
  add_event(back);
  lists().forget_last_done();
  job_.turn.reset();
  return again();
}

// Whoever depends on others goes before them.
Result<std::vector<ResourceRecord>> in_removal_order(std::vector<ResourceRecord> resources) {
  std::vector<ResourceRecord> order;
  while (!resources.empty()) {
    auto needed = [&](const ResourceRecord& candidate) {
      return std::any_of(resources.begin(), resources.end(), [&](const ResourceRecord& other) {
        return other.logical_id != candidate.logical_id &&
               other.depends_on.contains(candidate.logical_id);
      });
    };
    size_t before = resources.size();
    for (auto it = resources.begin(); it != resources.end();) {
      if (needed(*it)) {
        ++it;
        continue;
      }
      order.push_back(std::move(*it));
      it = resources.erase(it);
    }
    if (resources.size() < before) continue;
    // A cycle over two templates, old and new: any order is as good.
    order.push_back(std::move(resources.back()));
    resources.pop_back();
  }
  return order;
}

void Machine::skip_removal(const ResourceRecord& resource) {
  ResourceRecord skipped = resource;
  skipped.status = "DELETE_SKIPPED";
  skipped.changed = ctx_.now();
  add_event(skipped);
}

Result<NextStep> Machine::begin_removal() {
  if (job_.to_remove.empty()) return finish_removal();
  MR_ASSIGN(ResourceRecord next, lists().next_removal());
  MR_ASSIGN(auto row, rows_.find_resource(stack_.id, next.logical_id));
  bool is_row = is_row_of(row, next);
  bool never_made = next.physical_id.empty();
  if (never_made || next.retain_on_delete || job_.retain.contains(next.logical_id)) {
    if (!never_made) skip_removal(next);
    if (is_row) rows_.erase_resource(stack_.id, next.logical_id);
    lists().forget_next_removal();
    return again();
  }
  job_.turn =
      Turn{.logical_id = next.logical_id, .action = Action::kRemove, .started_ms = ctx_.now().ms()};
  next.status = "DELETE_IN_PROGRESS";
  next.status_reason.clear();
  next.changed = ctx_.now();
  add_event(next);
  if (is_row) rows_.save(stack_.id, next);
  return again();
}

Result<NextStep> Machine::do_removal() {
  MR_ASSIGN(ResourceRecord next, lists().next_removal());
  const ResourceType* type = find_resource_type(next.type);
  if (type != nullptr && type->remove != nullptr) {
    ResourceStep step = step_for(*type, next.properties);
    MR_TRY(type->remove(step, next));
  }
  next.status = "DELETE_COMPLETE";
  next.changed = ctx_.now();
  add_event(next);
  MR_ASSIGN(auto row, rows_.find_resource(stack_.id, next.logical_id));
  if (is_row_of(row, next)) rows_.erase_resource(stack_.id, next.logical_id);
  lists().forget_next_removal();
  job_.turn.reset();
  return again();
}

// What cannot be removed is told and left; the others go on.
Result<NextStep> Machine::fail_removal(const Error& error) {
  if (!job_.turn) {
    set_status("DELETE_FAILED", handler_message(error));
    return end();
  }
  MR_ASSIGN(ResourceRecord next, lists().next_removal());
  next.status = "DELETE_FAILED";
  next.status_reason = handler_message(error);
  next.changed = ctx_.now();
  add_event(next);
  MR_ASSIGN(auto row, rows_.find_resource(stack_.id, next.logical_id));
  bool is_row = is_row_of(row, next);
  if (job_.force_delete) {
    skip_removal(next);
    if (is_row) rows_.erase_resource(stack_.id, next.logical_id);
  } else {
    if (is_row) rows_.save(stack_.id, next);
    job_.failed.push_back(next.logical_id);
  }
  lists().forget_next_removal();
  job_.turn.reset();
  return again();
}

Result<NextStep> Machine::finish_removal() {
  std::string failed = job_.failed.empty()
                           ? ""
                           : fmt::format("The following resource(s) failed to delete: [{}]. ",
                                         fmt::join(job_.failed, ", "));
  switch (job_.phase) {
    case Phase::kCleanup:
      set_status("UPDATE_COMPLETE", failed);
      stack_.updated = ctx_.now();
      return end();
    case Phase::kRollbackCleanup:
      if (job_.kind == JobKind::kCreate) {
        for (const std::string& name : stack_.imports)
          rows_.forget_import({name, stack_.id});
        stack_.imports.clear();
        set_status(failed.empty() ? "ROLLBACK_COMPLETE" : "ROLLBACK_FAILED", failed);
        return end();
      }
      // Should what it imported be gone by now, its own imports stay noted.
      if (load_template().ok()) static_cast<void>(release_imports(*template_));
      set_status("UPDATE_ROLLBACK_COMPLETE", failed);
      return end();
    default: break;
  }
  if (failed.empty()) return finish_delete();
  set_status("DELETE_FAILED", failed);
  return end();
}

Result<NextStep> Machine::finish_delete() {
  for (const OutputRecord& output : stack_.outputs) {
    if (!output.export_name.empty()) rows_.erase_export(output.export_name);
  }
  for (const std::string& name : stack_.imports)
    rows_.forget_import({name, stack_.id});
  MR_ASSIGN(auto change_sets, rows_.change_sets_of(stack_.id));
  for (const ChangeSetRecord& change_set : change_sets)
    rows_.erase(change_set);
  stack_.deleted = ctx_.now();
  set_status("DELETE_COMPLETE");
  rows_.forget_name(stack_);
  return end();
}

}  // namespace millrace::cloudformation
