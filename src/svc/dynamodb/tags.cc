#include "svc/dynamodb/tags.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "codec/json.h"
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/store_keys.h"

namespace millrace::dynamodb {

using codec::Json;

namespace {

std::string tags_key(const svc::Scope& scope, std::string_view table_name) {
  return part_key(scope, Part::kTags).str(table_name).key();
}

size_t characters(std::string_view text) {
  return std::ranges::count_if(text,
                               [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; });
}

// Letters (of any script), digits, spaces and + - = . _ : / @.
bool is_tag_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') ||
           std::string_view(" +-=._:/@").find(c) != std::string_view::npos;
  });
}

}  // namespace

Status check_tags(const std::vector<aws::dynamodb::Tag>& tags) {
  if (tags.size() > kTagsMax) {
    return validation(fmt::format("Too many tags: at most {} are allowed", kTagsMax));
  }
  for (const auto& tag : tags) {
    if (tag.key.empty() || characters(tag.key) > kTagKeyCharactersMax || !is_tag_text(tag.key)) {
      return validation(fmt::format("Invalid tag key: {}", tag.key));
    }
    if (ascii_lower(tag.key).starts_with("aws:")) {
      return validation("Tag keys starting with aws: are reserved for system use");
    }
    if (characters(tag.value) > kTagValueCharactersMax || !is_tag_text(tag.value)) {
      return validation(fmt::format("Invalid tag value: {}", tag.value));
    }
  }
  if (tags_of(tags).size() != tags.size()) {
    return validation("Duplicate tag keys found in the request");
  }
  return ok_status();
}

Tags tags_of(const std::vector<aws::dynamodb::Tag>& tags) {
  Tags out;
  for (const auto& tag : tags)
    out[tag.key] = tag.value;
  return out;
}

Result<Tags> load_tags(store::Txn& txn, const svc::Scope& scope, std::string_view table_name) {
  MR_ASSIGN(std::optional<std::string> text, txn.get(tags_key(scope, table_name)));
  Tags tags;
  if (!text) return tags;
  MR_ASSIGN(Json json, Json::parse(*text));
  if (const auto* members = json.as_object()) {
    for (const auto& [key, value] : *members) {
      if (value.as_string() != nullptr) tags[key] = *value.as_string();
    }
  }
  return tags;
}

void save_tags(store::Txn& txn, const svc::Scope& scope, std::string_view table_name,
               const Tags& tags) {
  const std::string key = tags_key(scope, table_name);
  if (tags.empty()) return txn.del(key);
  Json json = Json::object();
  for (const auto& [name, value] : tags)
    json.set(name, value);
  txn.put(key, json.dump());
}

Result<TablePtr> table_by_arn(svc::Context& ctx, std::string_view arn) {
  if (!arn.starts_with("arn:") || arn.find(":table/") == std::string_view::npos) {
    return validation(
        fmt::format("Invalid TableArn: Invalid ResourceArn provided as input {}", arn));
  }
  const auto not_found = [&] {
    return resource_not_found(
        fmt::format("Requested resource not found: ResourcArn: {} not found", arn));
  };
  const std::string own = ctx.arn("dynamodb", "table/");
  if (!arn.starts_with(own)) {
    // arn:aws:dynamodb:REGION:ACCOUNT:table/NAME
    const std::string account = fmt::format(":{}:table/", ctx.scope().account);
    if (arn.find(account) != std::string_view::npos) return not_found();
    return Error("AccessDeniedException", 400,
                 fmt::format("User: {} is not authorized to perform this action on resource: {} "
                             "because no resource-based policy allows it",
                             ctx.caller().arn, arn));
  }
  MR_ASSIGN(std::string name, table_name_of(ctx, arn));
  MR_ASSIGN(TablePtr table, find_table(ctx, name));
  if (!table) return not_found();
  return table;
}

}  // namespace millrace::dynamodb
