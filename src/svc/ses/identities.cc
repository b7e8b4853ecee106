#include "svc/ses/identities.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "codec/json.h"
#include "store/key.h"
#include "svc/ses/address.h"

namespace millrace::ses {
namespace {

using codec::Json;

store::KeyWriter identity_prefix(const svc::Scope& scope) {
  return store::KeyWriter(scope.account, scope.region, store::Space::kSes).str("identity");
}

Result<Identity> decode_identity(std::string name, std::string_view value) {
  MR_ASSIGN(Json json, Json::parse(value));
  Identity identity{.name = std::move(name), .is_domain = json.get_string("type") == "DOMAIN"};
  if (const Json* created = json.find("createdUs"); created != nullptr && created->is_int()) {
    identity.created = Instant{*created->as_int()};
  }
  const Json* tags = json.find("tags");
  if (tags != nullptr && tags->is_object()) {
    for (const auto& [key, tag] : *tags->as_object()) {
      if (const auto* text = tag.as_string()) identity.tags[key] = *text;
    }
  }
  return identity;
}

}  // namespace

std::string normalize_identity(std::string_view name) {
  size_t at = name.rfind('@');
  if (at == std::string_view::npos) return ascii_lower(name);
  return std::string(name.substr(0, at + 1)) + ascii_lower(name.substr(at + 1));
}

Result<std::optional<Identity>> find_identity(svc::Context& ctx, std::string_view name) {
  std::string key = normalize_identity(name);
  MR_ASSIGN(auto value, ctx.txn().get(identity_prefix(ctx.scope()).str(key).key()));
  if (!value) return std::optional<Identity>();
  MR_ASSIGN(Identity identity, decode_identity(std::move(key), *value));
  return std::optional<Identity>(std::move(identity));
}

void put_identity(svc::Context& ctx, const Identity& identity) {
  Json tags = Json::object();
  for (const auto& [key, value] : identity.tags)
    tags.set(key, value);
  Json json;
  json.set("type", identity.is_domain ? "DOMAIN" : "EMAIL_ADDRESS")
      .set("createdUs", identity.created.us)
      .set("tags", std::move(tags));
  ctx.txn().put(identity_prefix(ctx.scope()).str(normalize_identity(identity.name)).key(),
                json.dump());
}

void delete_identity_row(svc::Context& ctx, std::string_view name) {
  ctx.txn().del(identity_prefix(ctx.scope()).str(normalize_identity(name)).key());
}

Result<std::vector<Identity>> list_identity_rows(svc::Context& ctx, std::string_view after,
                                                 size_t limit) {
  std::vector<Identity> rows;
  store::KeyRange range = store::prefix_range(identity_prefix(ctx.scope()).key());
  if (!after.empty()) range.start = identity_prefix(ctx.scope()).str(after).key() + '\0';
  auto cursor = ctx.txn().scan(range);
  for (; cursor->valid() && rows.size() < limit; cursor->next()) {
    store::KeyReader key(cursor->key());
    key.str();
    MR_ASSIGN(Identity identity, decode_identity(key.str().value_or(""), cursor->value()));
    rows.push_back(std::move(identity));
  }
  MR_TRY(cursor->status());
  return rows;
}

Status require_verified(svc::Context& ctx, const std::string& bare) {
  MR_ASSIGN(auto address, find_identity(ctx, bare));
  if (address) return ok_status();
  // A verified domain covers its subdomains.
  std::string_view domain = domain_of(bare);
  while (domain.find('.') != std::string_view::npos || domain == domain_of(bare)) {
    MR_ASSIGN(auto found, find_identity(ctx, domain));
    if (found) return ok_status();
    size_t dot = domain.find('.');
    if (dot == std::string_view::npos) break;
    domain.remove_prefix(dot + 1);
  }
  std::string region = ctx.region();
  for (char& c : region)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return Error("MessageRejected", 400,
               fmt::format("Email address is not verified. The following identities failed the "
                           "check in region {}: {}",
                           region, bare));
}

std::vector<svc::Access> identity_access(svc::Context& ctx, std::string_view action,
                                         std::string_view identity) {
  return {svc::Access{.action = fmt::format("ses:{}", action),
                      .resource = ctx.arn("ses", fmt::format("identity/{}", identity))}};
}

Result<std::vector<svc::Access>> sender_access(svc::Context& ctx, std::string_view action,
                                               std::string_view from) {
  auto bare = bare_address(from);
  // A malformed sender is the operation's to refuse, with its own text.
  std::string sender = bare.ok() ? *bare : std::string(from);
  MR_ASSIGN(auto exact, find_identity(ctx, sender));
  auto access = identity_access(ctx, action, exact ? std::string_view(sender) : domain_of(sender));
  access[0].context["ses:FromAddress"] = {sender};
  return access;
}

std::string verification_token(std::string_view domain) {
  return base64_encode(sha256("domain verification " + std::string(domain)));
}

}  // namespace millrace::ses
