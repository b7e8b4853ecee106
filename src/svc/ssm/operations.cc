#include "svc/ssm/operations.h"

#include <algorithm>

#include "aws/pattern.h"
#include "base/encoding.h"
#include "base/seal.h"
#include "svc/ssm/parameter.h"

namespace millrace::ssm {
namespace {

constexpr size_t kPageMax = 10;
constexpr size_t kTagsMax = 50;

Error invalid(std::string message) { return Error("ValidationException", 400, std::move(message)); }

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

Result<wire::PutParameterResult> put_parameter(Context& ctx, const wire::PutParameterRequest& in) {
  if (in.policies) return invalid("Policies are not supported by Millrace");
  MR_ASSIGN(auto existing, find(ctx, in.name));
  if (existing && !in.overwrite.value_or(false)) {
    return Error(
        "ParameterAlreadyExists", 400,
        "The parameter already exists. To overwrite this value, set the overwrite option in "
        "the request to true.");
  }
  if (existing && in.tags) {
    return invalid(
        "Invalid request: tags and overwrite can't be used together. To create a "
        "parameter with tags, please remove overwrite flag. To update tags for an existing "
        "parameter, please use AddTagsToResource or RemoveTagsFromResource.");
  }
  if (!existing && !in.type) {
    return invalid("A parameter type is required when you create a parameter.");
  }
  ParameterRecord record = existing ? std::move(*existing) : ParameterRecord{.name = in.name};
  std::string type = in.type.value_or(record.versions.empty() ? "" : record.current().type);
  if (in.tier && *in.tier != "Intelligent-Tiering") record.tier = *in.tier;
  size_t max = record.tier == "Advanced" ? kAdvancedBytesMax : kStandardBytesMax;
  if (in.value.empty()) return invalid("Parameter value can't be empty.");
  if (in.value.size() > max && in.tier == "Intelligent-Tiering" &&
      in.value.size() <= kAdvancedBytesMax) {
    record.tier = "Advanced";
  } else if (in.value.size() > max) {
    return invalid(max == kStandardBytesMax
                       ? "Standard tier parameters support a maximum parameter value of 4096 "
                         "characters. To create a larger parameter value, upgrade the parameter to "
                         "use the advanced-parameter tier."
                       : "Advanced tier parameters support a maximum parameter value of 8192 "
                         "characters.");
  }
  if (in.description) record.description = *in.description;
  if (in.allowed_pattern) record.allowed_pattern = *in.allowed_pattern;
  if (!record.allowed_pattern.empty() && !aws::matches_pattern(record.allowed_pattern, in.value)) {
    return Error(
        "ParameterPatternMismatchException", 400,
        "Parameter value, cannot be validated against allowedPattern: " + record.allowed_pattern);
  }
  if (in.data_type && *in.data_type != "text") {
    return invalid("DataType " + *in.data_type + " is not supported by Millrace");
  }
  if (in.tags) MR_TRY(add_tags(record, *in.tags));
  Version version{.number = record.versions.empty() ? 1 : record.current().number + 1,
                  .type = type,
                  .value = in.value,
                  .time = ctx.now()};
  if (type == "SecureString") {
    record.key_id = in.key_id.value_or("alias/aws/ssm");
    version.value = base64_encode(seal({ctx.ports().installation_key, "ssm.parameter"}, in.value));
  }
  record.versions.push_back(std::move(version));
  if (record.versions.size() > kVersionsMax) record.versions.erase(record.versions.begin());
  save(ctx, record);
  return wire::PutParameterResult{.version = record.current().number, .tier = record.tier};
}

Result<wire::Parameter> read(Context& ctx, const std::string& name, bool decrypt) {
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
  MR_ASSIGN(auto out, to_wire(ctx, record, *version, decrypt ? Decryption::kYes : Decryption::kNo));
  if (!selector.text.empty()) out.selector = selector.text;
  return out;
}

Result<wire::GetParameterResult> get_parameter(Context& ctx, const wire::GetParameterRequest& in) {
  MR_ASSIGN(auto parameter, read(ctx, in.name, in.with_decryption.value_or(false)));
  return wire::GetParameterResult{.parameter = std::move(parameter)};
}

Result<wire::GetParametersResult> get_parameters(Context& ctx,
                                                 const wire::GetParametersRequest& in) {
  wire::GetParametersResult out;
  out.parameters.emplace();
  out.invalid_parameters.emplace();
  for (const std::string& name : in.names) {
    auto parameter = read(ctx, name, in.with_decryption.value_or(false));
    if (parameter.ok()) {
      out.parameters->push_back(std::move(*parameter));
    } else if (parameter.error().is_server_fault()) {
      return std::move(parameter).error();
    } else {
      out.invalid_parameters->push_back(name);
    }
  }
  return out;
}

// Goes on after the name in the token; true when there is more.
template <class T, class Make>
Status fill_page(const std::vector<ParameterRecord>& all, const std::optional<std::string>& token,
                 size_t limit, std::vector<T>& items, std::optional<std::string>& next, Make make) {
  std::string after;
  if (token) {
    auto decoded = base64_decode(*token);
    if (!decoded) return Error("InvalidNextToken", 400, "The specified token isn't valid.");
    after = *decoded;
  }
  for (const ParameterRecord& record : all) {
    if (!after.empty() && record.name <= after) continue;
    if (items.size() == limit) {
      next = base64_encode(*items.back().name);
      break;
    }
    MR_ASSIGN(T item, make(record));
    items.push_back(std::move(item));
  }
  return ok_status();
}

Result<wire::GetParametersByPathResult> get_parameters_by_path(
    Context& ctx, const wire::GetParametersByPathRequest& in) {
  if (in.parameter_filters && !in.parameter_filters->empty()) {
    return invalid("ParameterFilters are not supported by Millrace");
  }
  if (!in.path.starts_with('/')) {
    return invalid(
        "The parameter doesn't meet the parameter name requirements. The parameter name "
        "must begin with a forward slash \"/\".");
  }
  std::string prefix = in.path.ends_with('/') ? in.path : in.path + "/";
  MR_ASSIGN(auto all, scan(ctx, prefix));
  if (!in.recursive.value_or(false)) {
    std::erase_if(all, [&](const auto& record) {
      return record.name.find('/', prefix.size()) != std::string::npos;
    });
  }
  auto decryption = in.with_decryption.value_or(false) ? Decryption::kYes : Decryption::kNo;
  wire::GetParametersByPathResult out;
  out.parameters.emplace();
  MR_TRY(fill_page(all, in.next_token, static_cast<size_t>(in.max_results.value_or(kPageMax)),
                   *out.parameters, out.next_token, [&](const ParameterRecord& record) {
                     return to_wire(ctx, record, record.current(), decryption);
                   }));
  return out;
}

Result<wire::DescribeParametersResult> describe_parameters(
    Context& ctx, const wire::DescribeParametersRequest& in) {
  if (in.filters && !in.filters->empty()) return invalid("Filters is not supported by Millrace");
  MR_ASSIGN(auto all, scan(ctx, ""));
  for (const auto& filter :
       in.parameter_filters.value_or(decltype(in.parameter_filters)::value_type())) {
    std::string option = filter.option.value_or("Equals");
    if (filter.key != "Name" || !filter.values || (option != "Equals" && option != "BeginsWith")) {
      return invalid("The filter " + filter.key + " is not supported by Millrace");
    }
    std::erase_if(all, [&](const ParameterRecord& record) {
      return std::none_of(filter.values->begin(), filter.values->end(), [&](const auto& value) {
        return option == "Equals" ? record.name == value : record.name.starts_with(value);
      });
    });
  }
  wire::DescribeParametersResult out;
  out.parameters.emplace();
  MR_TRY(fill_page(
      all, in.next_token, static_cast<size_t>(in.max_results.value_or(50)), *out.parameters,
      out.next_token, [&](const ParameterRecord& record) -> Result<wire::ParameterMetadata> {
        wire::ParameterMetadata one{.name = record.name, .type = record.current().type};
        one.arn = arn_of(ctx, record.name);
        if (one.type == "SecureString") one.key_id = record.key_id;
        one.last_modified_date = record.current().time;
        if (!record.description.empty()) one.description = record.description;
        if (!record.allowed_pattern.empty()) one.allowed_pattern = record.allowed_pattern;
        one.version = record.current().number;
        one.tier = record.tier;
        one.data_type = record.data_type;
        return one;
      }));
  return out;
}

Result<wire::DeleteParameter::Output> delete_parameter(Context& ctx,
                                                       const wire::DeleteParameterRequest& in) {
  MR_TRY(load(ctx, in.name));
  erase(ctx, in.name);
  return wire::DeleteParameter::Output{};
}

Result<wire::DeleteParametersResult> delete_parameters(Context& ctx,
                                                       const wire::DeleteParametersRequest& in) {
  wire::DeleteParametersResult out;
  out.deleted_parameters.emplace();
  out.invalid_parameters.emplace();
  for (const std::string& name : in.names) {
    MR_ASSIGN(auto record, find(ctx, name));
    (record ? out.deleted_parameters : out.invalid_parameters)->push_back(name);
    if (record) erase(ctx, name);
  }
  return out;
}

Result<ParameterRecord> tagged(Context& ctx, const std::string& type, const std::string& id) {
  if (type != "Parameter") {
    return Error("InvalidResourceType", 400, type + " is not supported by Millrace");
  }
  MR_ASSIGN(auto record, find(ctx, id));
  if (!record) return Error("InvalidResourceId", 400, "The resource ID isn't valid.");
  return std::move(*record);
}

Result<wire::AddTagsToResource::Output> add_tags_to_resource(
    Context& ctx, const wire::AddTagsToResourceRequest& in) {
  MR_ASSIGN(ParameterRecord record, tagged(ctx, in.resource_type, in.resource_id));
  MR_TRY(add_tags(record, in.tags));
  save(ctx, record);
  return wire::AddTagsToResource::Output{};
}

Result<wire::RemoveTagsFromResource::Output> remove_tags_from_resource(
    Context& ctx, const wire::RemoveTagsFromResourceRequest& in) {
  MR_ASSIGN(ParameterRecord record, tagged(ctx, in.resource_type, in.resource_id));
  std::erase_if(record.tags, [&](const auto& tag) {
    return std::find(in.tag_keys.begin(), in.tag_keys.end(), tag.first) != in.tag_keys.end();
  });
  save(ctx, record);
  return wire::RemoveTagsFromResource::Output{};
}

Result<wire::ListTagsForResourceResult> list_tags_for_resource(
    Context& ctx, const wire::ListTagsForResourceRequest& in) {
  MR_ASSIGN(ParameterRecord record, tagged(ctx, in.resource_type, in.resource_id));
  wire::ListTagsForResourceResult out;
  out.tag_list.emplace();
  for (const auto& [key, value] : record.tags)
    out.tag_list->push_back({key, value});
  return out;
}

template <class Op>
Result<std::vector<svc::Access>> access(Context& ctx, const typename Op::Input& in) {
  std::string action = "ssm:" + std::string(Op::kDescription.name);
  std::vector<svc::Access> out;
  auto need = [&](std::string resource) {
    out.push_back({.action = action, .resource = std::move(resource)});
  };
  if constexpr (requires { in.names; }) {
    for (const std::string& name : in.names)
      need(arn_of(ctx, name.substr(0, name.find(':'))));
  } else if constexpr (requires { in.name; }) {
    std::string name = in.name;
    if (auto selector = parse_selector(name); selector.ok()) name = selector->name;
    need(arn_of(ctx, name));
  } else if constexpr (requires { in.path; }) {
    need(arn_of(ctx, in.path));
  } else if constexpr (requires { in.resource_id; }) {
    need(arn_of(ctx, in.resource_id));
  } else {
    need("*");
  }
  return out;
}

}  // namespace

void register_operations(svc::Registry& r) {
  r.add<wire::PutParameter>({.run = put_parameter, .access = access<wire::PutParameter>});
  r.add<wire::GetParameter>({.run = get_parameter, .access = access<wire::GetParameter>});
  r.add<wire::GetParameters>({.run = get_parameters, .access = access<wire::GetParameters>});
  r.add<wire::GetParametersByPath>(
      {.run = get_parameters_by_path, .access = access<wire::GetParametersByPath>});
  r.add<wire::DescribeParameters>(
      {.run = describe_parameters, .access = access<wire::DescribeParameters>});
  r.add<wire::DeleteParameter>({.run = delete_parameter, .access = access<wire::DeleteParameter>});
  r.add<wire::DeleteParameters>(
      {.run = delete_parameters, .access = access<wire::DeleteParameters>});
  r.add<wire::AddTagsToResource>(
      {.run = add_tags_to_resource, .access = access<wire::AddTagsToResource>});
  r.add<wire::RemoveTagsFromResource>(
      {.run = remove_tags_from_resource, .access = access<wire::RemoveTagsFromResource>});
  r.add<wire::ListTagsForResource>(
      {.run = list_tags_for_resource, .access = access<wire::ListTagsForResource>});
}

}  // namespace millrace::ssm
