#include "svc/apigateway/resource_tree.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::apigateway {
namespace {

bool is_variable(std::string_view part) { return part.starts_with('{'); }

Status check_path_part(std::string_view part) {
  std::string_view name = part;
  if (is_variable(part)) {
    name.remove_prefix(1);
    if (name.ends_with('}'))
      name.remove_suffix(1);
    else
      name = {};
    if (name.ends_with('+')) name.remove_suffix(1);
  }
  bool valid = !name.empty();
  for (char c : name) {
    valid = valid && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-' || c == ':');
  }
  if (valid) return ok_status();
  return bad_request(
      "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly "
      "braces "
      "at the beginning and the end.");
}

const v1::Resource* find_resource(const std::vector<v1::Resource>& resources, std::string_view id) {
  auto it = std::find_if(resources.begin(), resources.end(),
                         [id](const v1::Resource& resource) { return resource.id == id; });
  return it == resources.end() ? nullptr : &*it;
}

}  // namespace

Result<std::string> place_resource(const std::vector<v1::Resource>& resources,
                                   const v1::Resource& resource) {
  MR_TRY(check_path_part(*resource.path_part));
  const v1::Resource* parent = find_resource(resources, *resource.parent_id);
  if (parent == nullptr) {
    return v1::errors::not_found_exception("Invalid Resource identifier specified");
  }
  if (parent->path_part && parent->path_part->ends_with("+}")) {
    return bad_request(fmt::format(
        "Cannot create a child of a resource with a greedy path variable: {}", *parent->path_part));
  }
  for (const v1::Resource& sibling : resources) {
    if (sibling.parent_id != resource.parent_id || sibling.id == resource.id) continue;
    if (sibling.path_part == resource.path_part) {
      return v1::errors::conflict_exception(fmt::format(
          "Another resource with the same parent already has this name: {}", *resource.path_part));
    }
    if (is_variable(*sibling.path_part) && is_variable(*resource.path_part)) {
      return bad_request(
          fmt::format("A sibling ({}) of this resource already has a variable path part "
                      "-- only one unique variable path part is allowed",
                      *sibling.path_part));
    }
  }
  return *parent->path == "/" ? "/" + *resource.path_part
                              : fmt::format("{}/{}", *parent->path, *resource.path_part);
}

std::vector<std::string> subtree_of(const std::vector<v1::Resource>& resources,
                                    const std::string& root_id) {
  std::vector<std::string> ids = {root_id};
  for (size_t i = 0; i < ids.size(); ++i) {
    for (const v1::Resource& resource : resources) {
      if (resource.parent_id == ids[i]) ids.push_back(*resource.id);
    }
  }
  return ids;
}

Result<std::vector<v1::Resource>> move_resource(const std::vector<v1::Resource>& resources,
                                                v1::Resource moved) {
  std::vector<std::string> ids = subtree_of(resources, *moved.id);
  if (std::find(ids.begin(), ids.end(), *moved.parent_id) != ids.end()) {
    return bad_request("Resource cannot be moved below itself");
  }
  MR_ASSIGN(moved.path, place_resource(resources, moved));
  std::vector<v1::Resource> changed = {std::move(moved)};
  // Parents come before children in `ids`, so a parent's new path is known.
  for (size_t i = 1; i < ids.size(); ++i) {
    v1::Resource child = *find_resource(resources, ids[i]);
    const v1::Resource* parent = find_resource(changed, *child.parent_id);
    child.path = fmt::format("{}/{}", *parent->path, *child.path_part);
    changed.push_back(std::move(child));
  }
  return changed;
}

v1::Resource listed_resource(v1::Resource resource,
                             const std::optional<std::vector<std::string>>& embed) {
  if (!resource.resource_methods) return resource;
  if (resource.resource_methods->empty()) {
    resource.resource_methods.reset();
    return resource;
  }
  if (embed && std::find(embed->begin(), embed->end(), "methods") != embed->end()) return resource;
  for (auto& [name, method] : *resource.resource_methods)
    method = v1::Method();
  return resource;
}

}  // namespace millrace::apigateway
