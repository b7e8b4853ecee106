#include "svc/dynamodb/access.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

using codec::AttributeValue;
using Type = AttributeValue::Type;

namespace {

std::string arn_of(const svc::Context& ctx, std::string_view table) {
  if (table.starts_with("arn:")) return std::string(table);
  return ctx.arn("dynamodb", fmt::format("table/{}", table));
}

std::string as_text(const AttributeValue& value) {
  return value.is(Type::kS)   ? value.s()
         : value.is(Type::kN) ? value.n().to_string()
         : value.is(Type::kB) ? base64_encode(value.b())
                              : std::string();
}

}  // namespace

svc::Access arn_access(std::string_view action, std::string_view arn) {
  svc::Access access;
  access.action = fmt::format("dynamodb:{}", action);
  access.resource = arn;
  return access;
}

svc::Access account_access(std::string_view action) { return arn_access(action, "*"); }

svc::Access table_access(const svc::Context& ctx, std::string_view action, std::string_view table) {
  return arn_access(action, arn_of(ctx, table));
}

svc::Access index_access(const svc::Context& ctx, std::string_view action, std::string_view table,
                         std::string_view index) {
  return arn_access(action, fmt::format("{}/index/{}", arn_of(ctx, table), index));
}

Result<svc::Access> item_access(svc::Context& ctx, std::string_view action, std::string_view table,
                                const std::vector<const codec::Item*>& items) {
  svc::Access access = table_access(ctx, action, table);
  auto name = table_name_of(ctx, table);
  if (!name.ok()) return access;  // the operation itself refuses it
  MR_ASSIGN(TablePtr found, find_table(ctx, *name));
  if (!found) return access;
  auto& keys = access.context["dynamodb:LeadingKeys"];
  for (const codec::Item* item : items) {
    const AttributeValue* value = item->get(found->key.hash.name);
    if (value == nullptr) continue;
    std::string text = as_text(*value);
    if (std::ranges::find(keys, text) == keys.end()) keys.push_back(std::move(text));
  }
  return access;
}

}  // namespace millrace::dynamodb
