// Crud: the handlers of types that their service makes, changes and removes with one operation
// each; and the tags of any type. A type's table of properties says what goes into the operations.
//
//   .create = create_by<api::CreateRoute, &api::CreateRoute::Output::route_id, kAttributes>,
//   .update = update_by<api::UpdateRoute, &api::UpdateRoute::Input::route_id>,
//   .remove = remove_by<api::DeleteRoute, &api::DeleteRoute::Input::route_id>
//
// Free-threaded.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "svc/cloudformation/resource_type.h"

namespace millrace::cloudformation {

// The tags of an input: a map or a list of {key, value}, perhaps absent.
template <class Input>
auto& tags_member(Input& input) {
  if constexpr (requires { input.tags.has_value(); }) {
    if (!input.tags) input.tags.emplace();
    return *input.tags;
  } else {
    return input.tags;
  }
}
template <class Container>
void add_tags(const Tags& tags, Container& container) {
  for (const auto& [key, value] : tags) {
    if constexpr (requires { typename Container::key_type; }) {
      container[key] = value;
    } else {
      container.push_back({key, value});
    }
  }
}

// Puts all tags into an input that makes something.
template <class Input>
void put_tags(const ResourceStep& step, Input& input) {
  Tags tags = all_tags(step);
  input.tags.reset();
  if (!tags.empty()) add_tags(tags, tags_member(input));
}

// Brings the tags of what is there up to date, by the two operations of its service.
template <class Tag, class Untag>
struct TagOperations {
  typename Tag::Input tag;      // names the resource
  typename Untag::Input untag;  // the same
};
template <class Tag, class Untag>
Status change_tags(const ResourceStep& step, const ResourceRecord& before,
                   TagOperations<Tag, Untag> on) {
  TagChange change = tag_change(step, before);
  if (!change.removed.empty()) {
    on.untag.tag_keys = change.removed;
    MR_TRY(step.ctx.call<Untag>(on.untag));
  }
  if (change.set.empty()) return ok_status();
  add_tags(change.set, tags_member(on.tag));
  MR_TRY(step.ctx.call<Tag>(on.tag));
  return ok_status();
}

// The service names it: `kId` of the output is Ref, and the first attribute.
template <class Create, auto kId, const auto& kAttributes>
Result<ResourceState> create_by(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<Create>(step));
  if constexpr (requires { input.tags; }) put_tags(step, input);
  MR_ASSIGN(auto made, step.ctx.call<Create>(input));
  ResourceState state{.physical_id = (made.*kId).value_or("")};
  state.attributes.set(std::string(kAttributes[0]), state.physical_id);
  return state;
}

template <class Update, auto kId>
Result<ResourceState> update_by(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind_update<Update>(step, before));
  input.*kId = before.physical_id;
  MR_TRY(step.ctx.call<Update>(input));
  return ResourceState{before.physical_id, before.attributes};
}

// What leads to it, such as the API, are properties that its operation also takes.
template <class Delete, auto kId>
Status remove_by(ResourceStep& step, const ResourceRecord& before) {
  const aws::Shape& shape = *Delete::kDescription.input;
  typename Delete::Input input{};
  MR_ASSIGN(codec::Json document, bind_to(step.type, shape, before.properties));
  MR_TRY(svc::from_document(shape, document, &input));
  input.*kId = before.physical_id;
  return ignore_missing(step.ctx.call<Delete>(input));
}

}  // namespace millrace::cloudformation
