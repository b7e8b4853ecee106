#include "svc/ssm/requests.h"

#include <algorithm>

namespace millrace::ssm {
namespace {

constexpr size_t kTagsMax = 50;

}  // namespace

Error invalid(std::string message) { return Error("ValidationException", 400, std::move(message)); }

Result<wire::Parameter> read_parameter(Context& ctx, const std::string& name,
                                       Decryption decryption) {
  MR_ASSIGN(Selector selector, parse_selector(name));
  MR_ASSIGN(ParameterRecord record, load(ctx, selector.name));
  const Version* version = &record.current();
  if (selector.version) {
    auto it = std::find_if(record.versions.begin(), record.versions.end(),
                           [&](const Version& one) { return one.number == *selector.version; });
    if (it == record.versions.end()) {
      return Error("ParameterVersionNotFound", 400,
                   "Systems Manager could not find version " + std::to_string(*selector.version) +
                       " of " + selector.name + ". Verify the version and try again.");
    }
    version = &*it;
  }
  MR_ASSIGN(auto out, to_wire(ctx, record, *version, decryption));
  if (!selector.text.empty()) out.selector = selector.text;
  return out;
}

Status add_tags(ParameterRecord& record, const std::vector<wire::Tag>& tags) {
  for (const wire::Tag& tag : tags) {
    auto same = std::find_if(record.tags.begin(), record.tags.end(),
                             [&](const auto& old) { return old.first == tag.key; });
    if (same != record.tags.end()) {
      same->second = tag.value;
    } else {
      record.tags.emplace_back(tag.key, tag.value);
    }
  }
  if (record.tags.size() > kTagsMax) {
    return Error("TooManyTagsError", 400, "A resource can have at most 50 tags.");
  }
  return ok_status();
}

Result<ParameterRecord> tagged(Context& ctx, const TaggedResource& resource) {
  if (resource.type != "Parameter") {
    return Error("InvalidResourceType", 400, resource.type + " is not supported by Millrace");
  }
  MR_ASSIGN(auto record, find(ctx, resource.id));
  if (!record) return Error("InvalidResourceId", 400, "The resource ID isn't valid.");
  return std::move(*record);
}

}  // namespace millrace::ssm
