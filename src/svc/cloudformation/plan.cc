#include "svc/cloudformation/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "aws/s3.h"
#include "base/encoding.h"
#include "svc/cloudformation/live_source.h"
#include "svc/cloudformation/resource_type.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

struct S3Address {
  std::string bucket, key, version;
};

// Every form of an object's URL: virtual host or path, AWS's own names or ours.
std::optional<S3Address> parse_s3_url(const std::string& url) {
  size_t scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  std::string rest = url.substr(scheme + 3);
  S3Address address;
  if (size_t query = rest.find('?'); query != std::string::npos) {
    size_t at = rest.find("versionId=", query);
    if (at != std::string::npos)
      address.version = rest.substr(at + 10, rest.find('&', at) - at - 10);
    rest.resize(query);
  }
  size_t slash = rest.find('/');
  if (slash == std::string::npos) return std::nullopt;
  std::string host = rest.substr(0, slash);
  host = host.substr(0, host.rfind(':'));
  std::string path = rest.substr(slash + 1);
  size_t s3 = host.find(".s3.");
  if (s3 == std::string::npos) s3 = host.find(".s3-");
  if (s3 != std::string::npos) {
    address.bucket = host.substr(0, s3);
  } else if (host.ends_with(".localhost") && !host.starts_with("s3.")) {
    address.bucket = host.substr(0, host.size() - 10);
  } else {
    size_t next = path.find('/');
    if (next == std::string::npos) return std::nullopt;
    address.bucket = path.substr(0, next);
    path = path.substr(next + 1);
  }
  address.key = percent_decode(path);
  if (address.bucket.empty() || address.key.empty()) return std::nullopt;
  return address;
}

Result<std::string> read_body(const aws::Body& body) {
  if (body.size() > kTemplateUrlBytesMax) {
    return validation_error(
        fmt::format("Template may not exceed {} bytes in size.", kTemplateUrlBytesMax));
  }
  if (!body.file && !body.spooled) return body.bytes;
  int fd = body.file ? body.file->fd() : body.spooled->fd();
  std::string text(body.size(), '\0');
  size_t done = 0;
  while (done < text.size()) {
    ssize_t got = pread(fd, text.data() + done, text.size() - done,
                        static_cast<off_t>((body.file ? body.offset : 0) + done));
    if (got <= 0) return Error::internal("cannot read a template's object");
    done += static_cast<size_t>(got);
  }
  return text;
}

Status check_types(svc::Context& ctx, const Template& tmpl) {
  std::set<std::string> unknown;
  for (const ResourceDeclaration& resource : tmpl.resources) {
    if (find_resource_type(resource.type) == nullptr) unknown.insert(resource.type);
  }
  if (!unknown.empty()) {
    return validation_error(fmt::format("Template format error: Unrecognized resource types: [{}]",
                                        fmt::join(unknown, ", ")));
  }
  for (const ResourceDeclaration& resource : tmpl.resources) {
    MR_TRY(check_properties(*find_resource_type(resource.type), resource.logical_id,
                            resource.properties));
  }
  static_cast<void>(ctx);
  return ok_status();
}

Status check_capabilities(const Template& tmpl, const std::vector<std::string>& given) {
  std::string needed = tmpl.required_capability();
  if (needed.empty()) return ok_status();
  auto has = [&](const char* name) {
    return std::find(given.begin(), given.end(), name) != given.end();
  };
  if (has("CAPABILITY_NAMED_IAM") || (needed == "CAPABILITY_IAM" && has("CAPABILITY_IAM"))) {
    return ok_status();
  }
  return Error("InsufficientCapabilitiesException", 400,
               fmt::format("Requires capabilities : [{}]", needed));
}

// What is made or changed by the goal answers with "known after apply".
class ForecastSource final : public LiveSource {
 public:
  using LiveSource::LiveSource;
  std::set<std::string> unknown_ids;         // replaced or new
  std::set<std::string> unknown_attributes;  // changed
  Result<Json> ref(const std::string& logical_id) override {
    if (unknown_ids.contains(logical_id)) return Json(kKnownAfterApply);
    return LiveSource::ref(logical_id);
  }
  Result<Json> attribute(const Attribute& attribute) override {
    if (unknown_ids.contains(attribute.logical_id)) return Json(kKnownAfterApply);
    auto known = LiveSource::attribute(attribute);
    if (!known.ok() && unknown_attributes.contains(attribute.logical_id)) {
      return Json(kKnownAfterApply);
    }
    return known;
  }
};

Json change_of(const char* action, const ResourceRecord& resource, const char* replacement) {
  Json change = Json::object();
  change.set("Action", action).set("LogicalResourceId", resource.logical_id);
  if (!resource.physical_id.empty()) change.set("PhysicalResourceId", resource.physical_id);
  change.set("ResourceType", resource.type);
  if (*replacement != '\0') change.set("Replacement", replacement);
  change.set("Scope", Json::array()).set("Details", Json::array());
  Json out = Json::object();
  out.set("Type", "Resource").set("ResourceChange", std::move(change));
  return out;
}

// The Modify of a resource, or nothing when it stays as it is.
std::optional<Json> modification(const ResourceRecord& existing,
                                 const ResourceDeclaration& declaration, const Json& wanted) {
  const ResourceType* type = find_resource_type(declaration.type);
  Json details = Json::array();
  bool replace = existing.type != declaration.type;
  bool maybe = false;
  for (const PropertyRule& rule : type->properties) {
    const Json* was = existing.properties.find(rule.name);
    const Json* is = wanted.find(rule.name);
    bool same = was == nullptr || is == nullptr ? was == is : *was == *is;
    if (same) continue;
    bool always = rule.on_change == OnChange::kReplace || type->update == nullptr;
    bool unknown = is != nullptr && is->dump().find(kKnownAfterApply) != std::string::npos;
    (unknown ? maybe : replace) |= always;
    Json target = Json::object();
    target.set("Attribute", "Properties").set("Name", std::string(rule.name));
    target.set("RequiresRecreation", always ? "Always" : "Never");
    Json detail = Json::object();
    detail.set("Target", std::move(target)).set("Evaluation", unknown ? "Dynamic" : "Static");
    detail.set("ChangeSource", "DirectModification");
    details.push(std::move(detail));
  }
  if (details.as_array()->empty() && !replace) {
    return std::nullopt;
  }
  Json change = change_of("Modify", existing, replace ? "True" : maybe ? "Conditional" : "False");
  change.find("ResourceChange")->set("Scope", Json::Array{Json("Properties")});
  change.find("ResourceChange")->set("Details", std::move(details));
  return change;
}

}  // namespace

Result<std::string> read_template(svc::Context& ctx, const std::optional<std::string>& body,
                                  const std::optional<std::string>& url) {
  if (body.has_value() == url.has_value()) {
    return validation_error("Either Template URL or Template Body must be specified.");
  }
  if (body) {
    if (body->size() > kTemplateBodyBytesMax) {
      return validation_error(fmt::format(
          "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
          "Member must have length less than or equal to {}",
          kTemplateBodyBytesMax));
    }
    return *body;
  }
  auto address = parse_s3_url(*url);
  if (!address) return validation_error("TemplateURL must be a supported URL.");
  aws::s3::GetObjectRequest request;
  request.bucket = address->bucket;
  request.key = address->key;
  if (!address->version.empty()) request.version_id = address->version;
  auto object = ctx.call<aws::s3::GetObject>(request);
  if (!object.ok()) {
    return validation_error(
        fmt::format("S3 error: {} For more information check "
                    "http://docs.aws.amazon.com/AmazonS3/latest/API/"
                    "ErrorResponses.html",
                    object.error().message()));
  }
  if (!object->body) return std::string();
  return read_body(*object->body);
}

Result<Goal> make_goal(svc::Context& ctx, Rows& rows, const StackRecord& stack, bool is_update,
                       const PlanRequest& request) {
  Goal goal;
  if (request.use_previous_template) {
    if (!is_update || request.template_body || request.template_url) {
      return validation_error("UsePreviousTemplate is for updates without a template");
    }
    goal.template_text = stack.goal.template_text;
  } else {
    MR_ASSIGN(goal.template_text, read_template(ctx, request.template_body, request.template_url));
  }
  MR_ASSIGN(Template tmpl, Template::parse(goal.template_text));
  MR_TRY(check_types(ctx, tmpl));
  MR_TRY(check_capabilities(tmpl, request.capabilities));
  std::vector<GivenParameter> given;
  for (const wire::Parameter& parameter : request.parameters) {
    given.push_back({parameter.parameter_key.value_or(""), parameter.parameter_value,
                     parameter.use_previous_value.value_or(false)});
  }
  ParameterValues previous = is_update ? stack.goal.parameters : ParameterValues{};
  MR_ASSIGN(goal.parameters,
            decide_parameters(tmpl, {given, previous, [&](const std::string& name) {
                                       return read_ssm_parameter(ctx, name);
                                     }}));
  if (request.tags) {
    for (const wire::Tag& tag : *request.tags)
      goal.tags.emplace_back(tag.key, tag.value);
  } else if (is_update) {
    goal.tags = stack.goal.tags;
  }
  goal.capabilities = request.capabilities;
  goal.notification_arns = request.notification_arns;
  goal.role_arn = request.role_arn.empty() && is_update ? stack.goal.role_arn : request.role_arn;
  goal.description = tmpl.description;
  Environment environment = environment_of(ctx.scope(), stack, tmpl, goal);
  LiveSource source(ctx, rows, stack.id);
  Resolver resolver(tmpl, environment, source);
  MR_TRY(resolver.evaluate_conditions());
  MR_TRY(resolver.check_rules());
  return goal;
}

Result<Forecast> forecast(svc::Context& ctx, Rows& rows, const StackRecord& stack, const Goal& goal,
                          bool is_update) {
  MR_ASSIGN(Template tmpl, Template::parse(goal.template_text));
  Environment environment = environment_of(ctx.scope(), stack, tmpl, goal);
  ForecastSource source(ctx, rows, stack.id);
  Resolver resolver(tmpl, environment, source);
  MR_TRY(resolver.evaluate_conditions());
  Forecast result;
  std::set<std::string> wanted;
  for (const ResourceDeclaration* declaration : tmpl.in_order()) {
    if (!resolver.holds(declaration->condition)) continue;
    const std::string& id = declaration->logical_id;
    wanted.insert(id);
    std::optional<ResourceRecord> existing;
    if (is_update) {
      MR_ASSIGN(existing, rows.find_resource(stack.id, id));
    }
    MR_ASSIGN(Json properties, resolver.resolve_properties(declaration->properties));
    if (!existing || !existing->exists()) {
      source.unknown_ids.insert(id);
      result.changes.push(change_of("Add", {.logical_id = id, .type = declaration->type}, ""));
      continue;
    }
    auto change = modification(*existing, *declaration, properties);
    if (!change) continue;
    bool same = change->find("ResourceChange")->get_string("Replacement") == "False";
    (same ? source.unknown_attributes : source.unknown_ids).insert(id);
    result.changes.push(std::move(*change));
  }
  result.any = !result.changes.as_array()->empty();
  if (!is_update) return result;
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  for (const ResourceRecord& resource : resources) {
    if (wanted.contains(resource.logical_id) || !resource.exists()) continue;
    result.changes.push(change_of("Remove", resource, ""));
    result.any = true;
  }
  size_t outputs = 0;
  for (const OutputDeclaration& output : tmpl.outputs) {
    if (!resolver.holds(output.condition)) continue;
    ++outputs;
    MR_ASSIGN(auto value, resolver.resolve_output(output.value));
    std::string text = !value ? "" : value->is_string() ? *value->as_string() : value->dump();
    auto same = std::any_of(stack.outputs.begin(), stack.outputs.end(), [&](const auto& old) {
      return old.key == output.name && old.value == text &&
             old.export_name.empty() == output.export_name.is_null();
    });
    if (!same) result.any = true;
  }
  if (outputs != stack.outputs.size() || goal.tags != stack.goal.tags) result.any = true;
  return result;
}

}  // namespace millrace::cloudformation
