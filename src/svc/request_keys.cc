#include "svc/request_keys.h"

#include <utility>

#include "base/encoding.h"

namespace millrace::svc {
namespace {

using Keys = std::map<std::string, std::vector<std::string>>;

const std::string* text_member(const aws::Shape& structure, const void* value,
                               std::string_view name) {
  for (const aws::Member& member : structure.members) {
    if (!ascii_iequals(member.wire_name, name)) continue;
    if (member.shape->kind != aws::ShapeKind::kString) return nullptr;
    return static_cast<const std::string*>(member.get(value));
  }
  return nullptr;
}

void add_tag(Keys& keys, const std::string& key, const std::string& value) {
  keys["aws:RequestTag/" + key] = {value};
  keys["aws:TagKeys"].push_back(key);
}

void add_list(Keys& keys, const aws::Shape& list, const void* tags) {
  if (list.element->kind != aws::ShapeKind::kStructure) return;
  for (size_t i = 0; i < list.size(tags); ++i) {
    const void* tag = list.at(tags, i);
    const std::string* key = text_member(*list.element, tag, "Key");
    const std::string* value = text_member(*list.element, tag, "Value");
    if (key != nullptr && value != nullptr) add_tag(keys, *key, *value);
  }
}

void add_map(Keys& keys, const aws::Shape& map, const void* tags) {
  if (map.element->kind != aws::ShapeKind::kString) return;
  map.for_each(
      tags,
      [](void* out, const std::string& key, const void* value) {
        add_tag(*static_cast<Keys*>(out), key, *static_cast<const std::string*>(value));
      },
      &keys);
}

}  // namespace

void add_request_keys(const Scope& scope, const RequestInfo& request, Access& access) {
  access.context["aws:RequestedRegion"] = {scope.region};
  if (request.source_ip.empty()) return;
  access.context["aws:SourceIp"] = {request.source_ip};
  access.context["aws:SecureTransport"] = {request.is_secure ? "true" : "false"};
  if (!request.user_agent.empty()) access.context["aws:UserAgent"] = {request.user_agent};
}

Keys request_tags(const aws::Shape& shape, const void* input) {
  Keys keys;
  for (const aws::Member& member : shape.members) {
    if (!ascii_iequals(member.wire_name, "Tags")) continue;
    const void* tags = member.get(input);
    if (tags == nullptr) continue;
    if (member.shape->kind == aws::ShapeKind::kList) add_list(keys, *member.shape, tags);
    if (member.shape->kind == aws::ShapeKind::kMap) add_map(keys, *member.shape, tags);
  }
  return keys;
}

}  // namespace millrace::svc
