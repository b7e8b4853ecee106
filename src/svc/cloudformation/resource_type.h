// ResourceType: what CloudFormation knows of one kind of resource ("AWS::Lambda::Function"): its
// properties, what it answers to Ref and GetAtt, and how it is made, changed and removed by the AWS
// operations of its service. One file a type in resources/.
//
// Handlers are plain functions within the transaction of one step: all their calls and the stack's
// own progress commit together or not at all, so that a crash leaves no half-made resource. They
// call operations through the context, with the deployer's permissions.
//
// Thread safety: types are constants.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "aws/shape.h"
#include "codec/json.h"
#include "svc/cloudformation/records.h"
#include "svc/document.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

enum class OnChange { kUpdate, kReplace };
// kEmpty: tools write it without anything in it; anything in it is not supported.
enum class Need { kOptional, kRequired, kEmpty };
// Whether the stack's tags, and CloudFormation's own (aws:cloudformation:stack-name ...), go to the
// resource: "tagging" and "cloudFormationSystemTags" of the type's schema in AWS's registry.
enum class Tagging { kNone, kStack, kStackAndSystem };

struct ResourceType;

struct PropertyRule {
  std::string_view name;
  OnChange on_change = OnChange::kUpdate;
  // The operation whose input has this property under the same name (without regard to case), or
  // under `member`: it is checked and passed on by that shape.
  const aws::Operation* operation = nullptr;
  std::string_view member = {};
  // Without an operation: the names an object here may have, by commas; "*" for anything.
  std::string_view nested = "*";
  Need need = Need::kOptional;
  // What bind_update() gives, as JSON, when the template no longer has the property. Absent: such
  // an update is refused.
  std::string_view unset = {};
};

// One resource of one stack, for a handler.
struct ResourceStep {
  svc::Context& ctx;
  const ResourceType& type;
  const std::string& stack_name;
  const std::string& stack_id;
  const std::string& logical_id;
  const std::string& suffix;      // 12 capitals, the same whenever this step is tried again
  const codec::Json& properties;  // resolved
  const Tags& stack_tags;

  // "STACK-LOGICAL-SUFFIX", cut to `length_max`.
  std::string generated_name(size_t length_max) const;
  // The text of a property, or `fallback`.
  std::string text(std::string_view property, std::string_view fallback = {}) const;
};

struct ResourceState {
  std::string physical_id;
  codec::Json attributes = codec::Json::object();
};

struct ResourceType {
  std::string_view name;
  std::span<const PropertyRule> properties;
  std::span<const std::string_view> attributes;  // of GetAtt; "*" for any
  Tagging tagging = Tagging::kNone;
  std::string_view name_property = {};  // by which a template may name it; unique in its service

  Result<ResourceState> (*create)(ResourceStep&) = nullptr;
  // Absent: every change replaces the resource.
  Result<ResourceState> (*update)(ResourceStep&, const ResourceRecord& before) = nullptr;
  // Something that is gone already is no error.
  Status (*remove)(ResourceStep&, const ResourceRecord& before) = nullptr;
  // Whether it can be used now, asked again until it is; an Error when it never will. Absent: at
  // once.
  Result<bool> (*ready)(svc::Context&, const ResourceRecord& made) = nullptr;

  const PropertyRule* find_property(std::string_view property) const;
  bool has_attribute(std::string_view attribute) const;
};

// nullptr when Millrace does not have it.
const ResourceType* find_resource_type(std::string_view name);

// Whether every operation that the type's properties go to is served here.
bool is_served(const ResourceType& type, const svc::Registry& registry);

// Checks what can be known before anything is resolved: unknown properties at any depth, required
// ones that are missing. ValidationError with the property's path.
Status check_properties(const ResourceType& type, const std::string& logical_id,
                        const codec::Json& properties);

// A resolved value as the model's document of `shape`: members under the model's names, "5" and
// "true" as numbers and booleans where the shape wants them.
Result<codec::Json> to_model(const aws::Shape& shape, const codec::Json& value,
                             const std::string& path);

// Everything of `properties` that the operation's input has, by the rules of the type.
Result<codec::Json> bind_to(const ResourceType& type, const aws::Shape& input,
                            const codec::Json& properties);

template <class Op>
Result<typename Op::Input> bind(const ResourceStep& step) {
  typename Op::Input input{};
  MR_ASSIGN(codec::Json document, bind_to(step.type, *Op::kDescription.input, step.properties));
  MR_TRY(svc::from_document(*Op::kDescription.input, document, &input));
  return input;
}

// For an operation that changes what is there: what the template no longer says goes back to the
// rule's `unset`. ValidationError where there is none.
Result<codec::Json> properties_for_update(const ResourceStep& step, const aws::Shape& input,
                                          const ResourceRecord& before);
template <class Op>
Result<typename Op::Input> bind_update(const ResourceStep& step, const ResourceRecord& before) {
  const aws::Shape& shape = *Op::kDescription.input;
  typename Op::Input input{};
  MR_ASSIGN(codec::Json properties, properties_for_update(step, shape, before));
  MR_ASSIGN(codec::Json document, bind_to(step.type, shape, properties));
  MR_TRY(svc::from_document(shape, document, &input));
  return input;
}

// Whether the property is another than before.
bool changed(const ResourceStep& step, const ResourceRecord& before, std::string_view property);

// Success also when the thing is gone.
Status ignore_missing(Status status);
template <class T>
Status ignore_missing(const Result<T>& result) {
  return ignore_missing(result.ok() ? ok_status() : Status(Error(result.error())));
}

// Tags of the resource ([{Key, Value}] or {key: value}) over the stack's, by key.
struct TagOwner {
  const std::string& stack_name;
  const std::string& stack_id;
  const std::string& logical_id;
  const Tags& stack_tags;
};
Tags wanted_tags(const ResourceType& type, const codec::Json& properties, const TagOwner& owner);
Tags all_tags(const ResourceStep& step);

// What an update has to do about tags.
struct TagChange {
  Tags set;
  std::vector<std::string> removed;
};
TagChange tag_change(const ResourceStep& step, const ResourceRecord& before);

}  // namespace millrace::cloudformation
