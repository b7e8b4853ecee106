#include "svc/cloudformation/machine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/random.h"
#include "svc/cloudformation/change.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

constexpr int64_t kReadyPollMs = 100;
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html: a resource
// that does not stabilize is given up.
constexpr int64_t kReadyDeadlineMs = 5 * 60 * 1000;

// A name of the template's own is taken while what it replaces is still there.
Status check_replaceable(const ResourceType& type, const ResourceRecord& existing,
                         const Json& wanted) {
  const Json* name = type.name_property.empty() ? nullptr : wanted.find(type.name_property);
  const Json* old = existing.properties.find(type.name_property);
  if (existing.type != type.name || name == nullptr || old == nullptr || !(*name == *old)) {
    return ok_status();
  }
  return validation_error(
      fmt::format("CloudFormation cannot update a stack when a custom-named resource requires "
                  "replacing. Rename "
                  "{} and update the stack again.",
                  name->is_string() ? *name->as_string() : name->dump()));
}

}  // namespace

std::string handler_message(const Error& error) {
  if (error.code() == "ValidationError" || error.code() == kTimedOut) return error.message();
  return fmt::format("Resource handler returned message: \"{}\" (HandlerErrorCode: {})",
                     error.message(), error.code());
}

Machine::Machine(svc::Context& ctx, Rows& rows, StackRecord stack, Job job)
    : ctx_(ctx), rows_(rows), stack_(std::move(stack)), job_(std::move(job)) {}

Status Machine::load_template() {
  if (template_) return ok_status();
  MR_ASSIGN(template_, Template::parse(stack_.goal.template_text));
  environment_ = environment_of(ctx_.scope(), stack_, *template_, stack_.goal);
  source_.emplace(ctx_, rows_, stack_.id);
  resolver_.emplace(*template_, *environment_, *source_);
  return resolver_->evaluate_conditions();
}

Result<NextStep> Machine::advance() {
  switch (job_.phase) {
    case Phase::kApply:
      if (timed_out()) return Error(kTimedOut, 400, "Resource creation cancelled");
      MR_TRY(load_template());
      if (!job_.turn) return begin_apply();
      return job_.turn->waiting ? check_ready() : do_turn();
    case Phase::kRollback:
      if (!job_.turn) return roll_back_one();
      return do_revert();
    case Phase::kCleanup:
    case Phase::kRollbackCleanup:
    case Phase::kDelete:
      if (!job_.turn) return begin_removal();
      return do_removal();
  }
  return end();
}

Result<NextStep> Machine::again() {
  rows_.save_state(stack_);
  rows_.save_job(stack_.id, to_json(job_));
  return NextStep{NextStep::Kind::kAtOnce};
}

Result<NextStep> Machine::end() {
  rows_.save_state(stack_);
  rows_.erase_job(stack_.id);
  rows_.erase_suspended(stack_.id);
  lists().erase();
  return NextStep{NextStep::Kind::kNever};
}

Result<NextStep> Machine::suspend() {
  rows_.save_state(stack_);
  rows_.erase_job(stack_.id);
  rows_.suspend(stack_.id, to_json(job_));
  return NextStep{NextStep::Kind::kNever};
}

void Machine::set_status(std::string status, std::string reason) {
  stack_.status = std::move(status);
  stack_.status_reason = std::move(reason);
  rows_.add_event(stack_,
                  {.logical_id = stack_.name,
                   .physical_id = stack_.id,
                   .type = "AWS::CloudFormation::Stack",
                   .status = stack_.status,
                   .reason = stack_.status_reason},
                  job_.client_token, ctx_.now());
}

void Machine::add_event(const ResourceRecord& resource) {
  rows_.add_event(stack_,
                  {.logical_id = resource.logical_id,
                   .physical_id = resource.physical_id,
                   .type = resource.type,
                   .status = resource.status,
                   .reason = resource.status_reason,
                   .properties = resource.properties},
                  job_.client_token, ctx_.now());
}

bool Machine::timed_out() const {
  return job_.kind == JobKind::kCreate && stack_.timeout_minutes > 0 &&
         ctx_.now().ms() - job_.started_ms >= stack_.timeout_minutes * 60'000;
}

ResourceStep Machine::step_for(const ResourceType& type, const Json& properties) const {
  bool back = job_.phase == Phase::kRollback;
  return {ctx_,
          type,
          stack_.name,
          stack_.id,
          job_.turn->logical_id,
          job_.turn->suffix,
          properties,
          back ? job_.previous.tags : stack_.goal.tags};
}

Result<Machine::Wanted> Machine::wanted(const ResourceDeclaration& declaration) {
  Wanted wanted;
  MR_ASSIGN(wanted.properties, resolver_->resolve_properties(declaration.properties));
  wanted.imports = source_->imported();
  return wanted;
}

Result<NextStep> Machine::begin_apply() {
  for (const ResourceDeclaration* declaration : template_->in_order()) {
    if (job_.done.contains(declaration->logical_id)) continue;
    if (!resolver_->holds(declaration->condition)) continue;
    job_.turn = Turn{.logical_id = declaration->logical_id, .started_ms = ctx_.now().ms()};
    MR_ASSIGN(bool begun, begin_turn(*declaration));
    if (begun) return again();
    job_.turn.reset();
    job_.done.insert(declaration->logical_id);
  }
  return finish_apply();
}

// False: the resource is what it should be.
Result<bool> Machine::begin_turn(const ResourceDeclaration& declaration) {
  MR_ASSIGN(auto existing, rows_.find_resource(stack_.id, declaration.logical_id));
  // One that failed before anything of it was is made anew.
  bool exists = existing && existing->exists() && !existing->physical_id.empty();
  MR_ASSIGN(Wanted target, wanted(declaration));
  ResourceRecord shown;
  if (exists) shown = *existing;
  shown.logical_id = declaration.logical_id;
  shown.type = declaration.type;
  shown.properties = target.properties;
  shown.changed = ctx_.now();
  shown.status_reason.clear();
  declare(declaration, shown);
  const ResourceType* type = find_resource_type(declaration.type);
  CHECK(type != nullptr);  // the template was checked before the run began
  job_.turn->suffix = random_text(thread_rng(), 12, kUpperAlnum);
  const Tags tags = all_tags(step_for(*type, target.properties));
  const Change change =
      exists ? decide(*existing, *type, target.properties, tags) : Change::kReplace;
  if (!exists) {
    job_.turn->action = Action::kCreate;
    shown.physical_id.clear();
    shown.status = "CREATE_IN_PROGRESS";
  } else if (change == Change::kNone) {
    shown.status = existing->status.ends_with("_FAILED") ? "UPDATE_COMPLETE" : existing->status;
    shown.changed = existing->changed;
    rows_.save(stack_.id, shown);  // policies, metadata and dependencies may have changed
    return false;
  } else {
    const bool replace = change == Change::kReplace;
    job_.turn->action = replace ? Action::kReplace : Action::kUpdate;
    shown.status = "UPDATE_IN_PROGRESS";
    if (replace) {
      shown.status_reason =
          "Requested update requires the creation of a new physical resource; hence creating one.";
    }
  }
  add_event(shown);
  // While it goes on, an existing resource keeps its row but for the status: properties and
  // physical id are what it still is.
  ResourceRecord row = exists ? *existing : shown;
  row.status = shown.status;
  row.status_reason = shown.status_reason;
  row.changed = shown.changed;
  rows_.save(stack_.id, row);
  return true;
}

Result<NextStep> Machine::do_turn() {
  const ResourceDeclaration* declaration = template_->find_resource(job_.turn->logical_id);
  CHECK(declaration != nullptr);
  const ResourceType* type = find_resource_type(declaration->type);
  CHECK(type != nullptr);
  MR_ASSIGN(auto existing, rows_.find_resource(stack_.id, declaration->logical_id));
  CHECK(existing.has_value());
  MR_ASSIGN(Wanted target, wanted(*declaration));
  Action action = job_.turn->action;
  ResourceStep step = step_for(*type, target.properties);
  ResourceState state;
  if (action == Action::kReplace) {
    MR_TRY(check_replaceable(*type, *existing, target.properties));
  }
  if (action == Action::kUpdate) {
    MR_ASSIGN(state, type->update(step, *existing));
  } else {
    MR_ASSIGN(state, type->create(step));
  }
  JournalEntry entry{.logical_id = declaration->logical_id, .action = action};
  if (action != Action::kCreate) {
    entry.before = *existing;
    entry.before->status = "UPDATE_COMPLETE";
  }
  lists().note(entry);

  ResourceRecord made = *existing;
  made.type = declaration->type;
  made.tags = all_tags(step);
  if (action != Action::kUpdate) made.incarnation = job_.turn->suffix;
  made.physical_id = state.physical_id;
  made.attributes = std::move(state.attributes);
  made.properties = std::move(target.properties);
  declare(*declaration, made);
  made.changed = ctx_.now();
  for (const std::string& name : target.imports) {
    rows_.note_import({name, stack_.id});
    stack_.imports.insert(name);
  }
  if (action != Action::kUpdate) {
    made.status_reason = "Resource creation Initiated";
    add_event(made);
  }
  made.status_reason.clear();
  if (type->ready == nullptr) {
    MR_TRY(complete_turn(made));
    return again();
  }
  rows_.save(stack_.id, made);
  job_.turn->waiting = true;
  return again();
}

Status Machine::complete_turn(ResourceRecord& resource) {
  bool update = job_.turn->action != Action::kCreate;
  resource.status = update ? "UPDATE_COMPLETE" : "CREATE_COMPLETE";
  resource.status_reason.clear();
  resource.changed = ctx_.now();
  add_event(resource);
  rows_.save(stack_.id, resource);
  job_.done.insert(resource.logical_id);
  job_.turn.reset();
  return ok_status();
}

Result<NextStep> Machine::check_ready() {
  MR_ASSIGN(auto resource, rows_.find_resource(stack_.id, job_.turn->logical_id));
  CHECK(resource.has_value());
  const ResourceType* type = find_resource_type(resource->type);
  CHECK(type != nullptr && type->ready != nullptr);
  MR_ASSIGN(bool ready, type->ready(ctx_, *resource));
  if (ready) {
    MR_TRY(complete_turn(*resource));
    return again();
  }
  if (ctx_.now().ms() - job_.turn->started_ms > kReadyDeadlineMs) {
    return Error("NotStabilized", 400,
                 fmt::format("Resource {} did not stabilize.", resource->logical_id));
  }
  return NextStep{NextStep::Kind::kLater, kReadyPollMs};
}

Status Machine::write_outputs() {
  std::vector<OutputRecord> outputs;
  for (const OutputDeclaration& declaration : template_->outputs) {
    if (!resolver_->holds(declaration.condition)) continue;
    OutputRecord output{.key = declaration.name, .description = declaration.description};
    MR_ASSIGN(auto value, resolver_->resolve_output(declaration.value));
    if (!value || value->is_array() || value->is_object()) {
      return validation_error(
          fmt::format("Template format error: The Value field of every Outputs member must "
                      "evaluate to a String."));
    }
    output.value = value->is_string() ? *value->as_string() : value->dump();
    if (!declaration.export_name.is_null()) {
      MR_ASSIGN(output.export_name, resolver_->resolve_text(declaration.export_name));
    }
    outputs.push_back(std::move(output));
  }
  MR_TRY(write_exports(outputs));
  for (const std::string& name : source_->imported()) {
    rows_.note_import({name, stack_.id});
    stack_.imports.insert(name);
  }
  stack_.outputs = std::move(outputs);
  return ok_status();
}

// An export that another stack imports stays as it is:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
Status Machine::write_exports(const std::vector<OutputRecord>& outputs) {
  auto still_exported = [&](const std::string& name) {
    return std::any_of(outputs.begin(), outputs.end(),
                       [&](const OutputRecord& output) { return output.export_name == name; });
  };
  for (const OutputRecord& old : stack_.outputs) {
    if (old.export_name.empty() || still_exported(old.export_name)) continue;
    MR_ASSIGN(auto importers, rows_.importers_of(old.export_name));
    if (!importers.empty()) {
      return validation_error(fmt::format("Export {} cannot be deleted as it is in use by {}",
                                          old.export_name, names_of_stacks(importers)));
    }
    rows_.erase_export(old.export_name);
  }
  for (const OutputRecord& output : outputs) {
    if (output.export_name.empty()) continue;
    MR_ASSIGN(auto taken, rows_.find_export(output.export_name));
    if (taken && taken->stack_id != stack_.id) {
      return validation_error(fmt::format("Export with name {} is already exported by stack {}",
                                          output.export_name, taken->stack_id));
    }
    if (taken && taken->value != output.value) {
      MR_ASSIGN(auto importers, rows_.importers_of(output.export_name));
      if (!importers.empty()) {
        return validation_error(fmt::format("Export {} cannot be updated as it is in use by {}",
                                            output.export_name, names_of_stacks(importers)));
      }
    }
    rows_.save(ExportRecord{output.export_name, output.value, stack_.id});
  }
  return ok_status();
}

// What the template no longer imports may change again.
Status Machine::release_imports(const Template& tmpl) {
  for (const ResourceDeclaration& declaration : tmpl.resources) {
    if (!resolver_->holds(declaration.condition)) continue;
    MR_TRY(resolver_->resolve_properties(declaration.properties));
  }
  for (auto it = stack_.imports.begin(); it != stack_.imports.end();) {
    if (source_->imported().contains(*it)) {
      ++it;
      continue;
    }
    rows_.forget_import({*it, stack_.id});
    it = stack_.imports.erase(it);
  }
  return ok_status();
}

Result<NextStep> Machine::finish_apply() {
  MR_TRY(write_outputs());
  MR_TRY(release_imports(*template_));
  if (job_.kind == JobKind::kCreate) {
    set_status("CREATE_COMPLETE");
    return end();
  }
  MR_ASSIGN(auto resources, rows_.resources_of(stack_.id));
  std::vector<ResourceRecord> gone;
  for (ResourceRecord& resource : resources) {
    if (!job_.done.contains(resource.logical_id)) gone.push_back(std::move(resource));
  }
  MR_ASSIGN(gone, in_removal_order(std::move(gone)));
  // What was replaced goes last first, then what the template no longer has.
  MR_ASSIGN(auto journal, lists().whole_journal());
  for (JournalEntry& entry : journal) {
    if (entry.action != Action::kReplace) continue;
    entry.before->retain_on_delete = entry.before->retain_on_replace;
    lists().will_remove(*entry.before);
  }
  for (const ResourceRecord& resource : gone)
    lists().will_remove(resource);
  job_.phase = Phase::kCleanup;
  set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
  return again();
}

}  // namespace millrace::cloudformation
