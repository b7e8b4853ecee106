// LiveSource: what a template's references mean for a stack as it is in the store now: made
// resources, exports of other stacks, SSM parameters (read as the deployer).
//
// Thread safety: belongs to the step that made it.
#pragma once

#include "svc/cloudformation/records.h"
#include "svc/cloudformation/resolver.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

class LiveSource : public ReferenceSource {
 public:
  LiveSource(svc::Context& ctx, Rows& rows, std::string stack_id)
      : ctx_(ctx), rows_(rows), stack_id_(std::move(stack_id)) {}

  Result<codec::Json> ref(const std::string& logical_id) override;
  Result<codec::Json> attribute(const Attribute& attribute) override;
  Result<std::string> import_value(const std::string& export_name) override;
  Result<std::string> dynamic_reference(std::string_view reference) override;
  std::string reachable_url(std::string url) override;

  // Names that were imported, to be noted when the step is done.
  const std::set<std::string>& imported() const { return imported_; }

 protected:
  svc::Context& ctx_;
  Rows& rows_;
  std::string stack_id_;

 private:
  std::set<std::string> imported_;
};

// A parameter's value, as the caller of `ctx`; sealed when it is secure, for templates never see
// those. `name` may end in ":VERSION". Errors: ValidationError when there is none.
struct SsmValue {
  std::string text;
  bool is_secure = false;
};
Result<SsmValue> read_ssm_parameter(svc::Context& ctx, const std::string& name);

// The environment of a stack with these parameters.
Environment environment_of(const svc::Scope& scope, const StackRecord& stack, const Template& tmpl,
                           const Goal& goal);

}  // namespace millrace::cloudformation
