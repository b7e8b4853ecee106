#include "svc/dynamodb/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

Status check_tag_count(size_t count) {
  if (count <= kTagsMax) return ok_status();
  return validation("Number of Tags exceed the current limit for the provided ResourceArn");
}

Status check_tag_key(std::string_view key) {
  if (key.empty() || characters(key) > kTagKeyCharactersMax || !is_tag_text(key)) {
    return validation(fmt::format("The Tag Key provided is invalid, Key: {}", key));
  }
  if (ascii_lower(key).starts_with("aws:")) {
    return validation(fmt::format("Tag Key cannot be prefixed with aws:, Key: {}", key));
  }
  return ok_status();
}

Status check_tags(const std::vector<aws::dynamodb::Tag>& tags) {
  MR_TRY(check_tag_count(tags.size()));
  std::set<std::string_view> keys;
  for (const auto& tag : tags) {
    MR_TRY(check_tag_key(tag.key));
    if (characters(tag.value) > kTagValueCharactersMax || !is_tag_text(tag.value)) {
      return validation(fmt::format("The Tag Value provided is invalid, Value: {}", tag.value));
    }
    if (!keys.insert(tag.key).second) {
      return validation(
          fmt::format("Duplicate Tag Keys provided as input: Duplicate Tag Key found {}", tag.key));
    }
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
  if (!arn.starts_with("arn:")) {
    return invalid_parameters(fmt::format("ARNs must start with 'arn:': {}", arn));
  }
  if (arn.find(":dynamodb:") == std::string_view::npos ||
      arn.find(":table/") == std::string_view::npos) {
    return invalid_parameters(fmt::format("Provided Arn is not a DynamoDB resource arn: {}", arn));
  }
  if (arn.find("/index/") != std::string_view::npos) {
    return invalid_parameters(
        fmt::format("Invalid resource arn provided, only table or stream is accepted. Provided "
                    "resource arn: {}",
                    arn));
  }
  const auto not_found = [&] {
    return resource_not_found(
        fmt::format("Requested resource not found: ResourcArn: {} not found", arn));
  };
  const std::string own = ctx.arn("dynamodb", "table/");
  if (!arn.starts_with(own)) {
    // arn:aws:dynamodb:REGION:ACCOUNT:table/NAME
    const std::string account = fmt::format(":{}:table/", ctx.scope().account);
    if (arn.find(account) != std::string_view::npos) {
      return validation(
          fmt::format("Invalid TableArn: Invalid ResourceArn provided as input {}", arn));
    }
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
