#include <algorithm>

#include "aws/pattern.h"
#include "base/encoding.h"
#include "base/seal.h"
#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {
namespace {

// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html:
// "Requirements and constraints for parameter names".
Status check_name(std::string_view name) {
  constexpr std::string_view kSymbols =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/";
  constexpr std::ptrdiff_t kLevelsMax = 15;
  std::string_view bare = name.starts_with('/') ? name.substr(1) : name;
  std::string prefix = ascii_lower(bare.substr(0, 3));
  if (prefix == "aws") {
    return Error("AccessDeniedException", 400,
                 "No access to reserved parameter name: " + std::string(name) + ".");
  }
  if (prefix == "ssm" || bare.empty() ||
      name.find_first_not_of(kSymbols) != std::string_view::npos) {
    return invalid(
        "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, "
        "it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix "
        "of letters, numbers and the following 3 symbols .-_");
  }
  auto levels = std::ranges::count(name, '/');
  if (levels > 0 && !name.starts_with('/')) {
    return invalid("Parameter name must be a fully qualified name.");
  }
  if (levels > kLevelsMax) {
    return Error("HierarchyLevelLimitExceededException", 400,
                 "A parameter hierarchy can have at most 15 levels.");
  }
  return ok_status();
}

}  // namespace

Result<wire::PutParameterResult> put_parameter(Context& ctx, const wire::PutParameterRequest& in) {
  if (in.policies) return invalid("Policies are not supported by Millrace");
  MR_TRY(check_name(in.name));
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

}  // namespace millrace::ssm
