// Machine: one step of a stack's run, within one transaction. It begins a resource's turn (the
// *_IN_PROGRESS event), does it (operations of the service, *_COMPLETE), asks whether it is ready,
// or goes on to the next phase; Runner (runner.h) commits and calls the next one.
//
// When a step fails, its transaction is thrown away and fail() is called in a new one: so whatever
// the resource's handler had written is gone with it.
//
// Thread safety: belongs to one step.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "svc/cloudformation/job.h"
#include "svc/cloudformation/live_source.h"
#include "svc/cloudformation/resource_type.h"
#include "svc/cloudformation/template.h"

namespace millrace::cloudformation {

struct NextStep {
  enum class Kind { kAtOnce, kLater, kNever };
  Kind kind = Kind::kNever;
  int64_t delay_ms = 0;
};

class Machine {
 public:
  // REQUIRES: the context's caller is the job's.
  Machine(svc::Context& ctx, Rows& rows, StackRecord stack, Job job);

  Result<NextStep> advance();
  // The turn at hand, or the phase, has failed.
  Result<NextStep> fail(const Error& error);

 private:
  struct Wanted {
    codec::Json properties;
    std::set<std::string> imports;
  };

  // machine.cc: making and changing.
  Result<NextStep> begin_apply();
  Result<NextStep> do_turn();
  Result<NextStep> check_ready();
  Result<NextStep> finish_apply();
  Result<bool> begin_turn(const ResourceDeclaration& declaration);
  Result<Wanted> wanted(const ResourceDeclaration& declaration);
  Status write_outputs();
  Status write_exports(const std::vector<OutputRecord>& outputs);
  Status release_imports(const Template& tmpl);
  bool timed_out() const;
  Status complete_turn(ResourceRecord& resource);
  ResourceStep step_for(const ResourceType& type, const codec::Json& properties) const;

  // machine_undo.cc: removing and going back.
  Result<NextStep> begin_removal();
  Result<NextStep> do_removal();
  Result<NextStep> finish_removal();
  Result<NextStep> begin_rollback(std::string reason);
  Result<NextStep> roll_back_one();
  Result<NextStep> do_revert();
  Result<NextStep> fail_removal(const Error& error);
  Result<NextStep> finish_delete();
  ResourceRecord undone(ResourceRecord resource) const;
  void skip_removal(const ResourceRecord& resource);

  JobLists lists() { return {rows_, stack_.id, job_}; }
  Result<NextStep> again();
  Result<NextStep> end();
  // Ends half-way: a later operation may go on, or back, from here.
  Result<NextStep> suspend();
  void set_status(std::string status, std::string reason = {});
  void add_event(const ResourceRecord& resource);

  svc::Context& ctx_;
  Rows& rows_;
  StackRecord stack_;
  Job job_;
  std::optional<Template> template_;
  std::optional<Environment> environment_;
  std::optional<LiveSource> source_;
  std::optional<Resolver> resolver_;
  Status load_template();
};

// TimeoutInMinutes is over: the code of the error that tells it.
inline constexpr char kTimedOut[] = "StackTimedOut";

// How an operation's refusal is told in a resource's status reason.
std::string handler_message(const Error& error);

}  // namespace millrace::cloudformation
