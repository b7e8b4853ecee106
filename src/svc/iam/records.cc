#include "svc/iam/records.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "store/key.h"
#include "svc/iam/managed_policies.h"
#include "svc/ports.h"

namespace millrace::iam {
namespace {

using codec::Json;
using store::KeyWriter;
using store::Space;

// Rows that are found before the account is known stand under this one.
constexpr char kNoAccount[] = "-";

KeyWriter writer(std::string_view account, std::string_view table) {
  KeyWriter key(account, svc::kGlobalRegion, Space::kIam);
  key.str(table);
  return key;
}

std::string_view table_of(IdentityKind kind) {
  return kind == IdentityKind::kUser ? "user" : "role";
}

std::string identity_key(const IdentityKey& key) {
  return writer(key.account, table_of(key.kind)).str(ascii_lower(key.name)).key();
}
std::string policy_key(const std::string& account, const std::string& arn) {
  return writer(account, "policy").str(arn).key();
}
std::string access_key_key(const std::string& access_key_id) {
  return writer(kNoAccount, "key").str(access_key_id).key();
}
KeyWriter user_keys(const IdentityKey& user) {
  KeyWriter key = writer(user.account, "user-key");
  key.str(ascii_lower(user.name));
  return key;
}

void touch(store::Txn& txn, const std::string& account) {
  txn.put(writer(account, "version").key(), secure_random_bytes(16));
}

Json tags_to_json(const Tags& tags) {
  Json json = Json::array();
  for (const auto& [key, value] : tags)
    json.push(Json::Array{Json(key), Json(value)});
  return json;
}

Tags tags_from_json(const Json& json) {
  Tags tags;
  if (const Json* array = json.find("tags"); array != nullptr && array->is_array()) {
    for (const Json& tag : *array->as_array()) {
      const auto& pair = *tag.as_array();
      tags.emplace_back(*pair[0].as_string(), *pair[1].as_string());
    }
  }
  return tags;
}

int64_t int_of(const Json& json, std::string_view name, int64_t fallback = 0) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_int() ? *member->as_int() : fallback;
}

std::string to_row(const Identity& identity) {
  Json json = Json::object();
  json.set("name", identity.name).set("path", identity.path).set("id", identity.id);
  json.set("created", identity.created.us).set("tags", tags_to_json(identity.tags));
  Json policies = Json::object();
  for (const auto& [name, document] : identity.inline_policies)
    policies.set(name, document);
  json.set("inline", std::move(policies));
  Json attached = Json::array();
  for (const std::string& arn : identity.attached)
    attached.push(arn);
  json.set("attached", std::move(attached));
  if (identity.kind == IdentityKind::kRole) {
    json.set("trust", identity.trust).set("description", identity.description);
    json.set("max_session", identity.max_session_seconds);
  }
  return json.dump();
}

Result<Identity> identity_from_row(IdentityKind kind, std::string_view account,
                                   std::string_view row) {
  MR_ASSIGN(Json json, Json::parse(row));
  Identity identity{.kind = kind, .account = std::string(account)};
  identity.name = json.get_string("name");
  identity.path = json.get_string("path");
  identity.id = json.get_string("id");
  identity.created = Instant{int_of(json, "created")};
  identity.tags = tags_from_json(json);
  if (const Json* policies = json.find("inline")) {
    for (const auto& [name, document] : *policies->as_object()) {
      identity.inline_policies[name] = *document.as_string();
    }
  }
  if (const Json* attached = json.find("attached")) {
    for (const Json& arn : *attached->as_array())
      identity.attached.push_back(*arn.as_string());
  }
  identity.trust = json.get_string("trust");
  identity.description = json.get_string("description");
  identity.max_session_seconds = int_of(json, "max_session", 3600);
  return identity;
}

std::string to_row(const ManagedPolicy& policy) {
  Json json = Json::object();
  json.set("arn", policy.arn).set("name", policy.name).set("path", policy.path);
  json.set("id", policy.id).set("description", policy.description);
  json.set("created", policy.created.us).set("updated", policy.updated.us);
  json.set("tags", tags_to_json(policy.tags)).set("default", policy.default_version);
  json.set("next", policy.next_version).set("attachments", policy.attachments);
  Json versions = Json::array();
  for (const PolicyVersionRecord& version : policy.versions) {
    Json one = Json::object();
    one.set("id", version.id).set("document", version.document).set("created", version.created.us);
    versions.push(std::move(one));
  }
  json.set("versions", std::move(versions));
  return json.dump();
}

Result<ManagedPolicy> policy_from_row(std::string_view row) {
  MR_ASSIGN(Json json, Json::parse(row));
  ManagedPolicy policy;
  policy.arn = json.get_string("arn");
  policy.name = json.get_string("name");
  policy.path = json.get_string("path");
  policy.id = json.get_string("id");
  policy.description = json.get_string("description");
  policy.created = Instant{int_of(json, "created")};
  policy.updated = Instant{int_of(json, "updated")};
  policy.tags = tags_from_json(json);
  policy.default_version = json.get_string("default");
  policy.next_version = int_of(json, "next", 2);
  policy.attachments = int_of(json, "attachments");
  if (const Json* versions = json.find("versions")) {
    for (const Json& one : *versions->as_array()) {
      policy.versions.push_back({std::string(one.get_string("id")),
                                 std::string(one.get_string("document")),
                                 Instant{int_of(one, "created")}});
    }
  }
  return policy;
}

Error no_such(IdentityKind kind, const std::string& name) {
  return Error("NoSuchEntity", 404,
               fmt::format("The {} with name {} cannot be found.", table_of(kind), name));
}

}  // namespace

std::string Identity::arn() const {
  return fmt::format("arn:aws:iam::{}:{}{}{}", account, table_of(kind), path, name);
}

const PolicyVersionRecord* ManagedPolicy::find_version(const std::string& version_id) const {
  for (const PolicyVersionRecord& version : versions) {
    if (version.id == version_id) return &version;
  }
  return nullptr;
}

Result<std::optional<Identity>> find_identity(store::Reader& reader, const IdentityKey& key) {
  MR_ASSIGN(auto row, reader.get(identity_key(key)));
  if (!row) return std::optional<Identity>();
  MR_ASSIGN(Identity identity, identity_from_row(key.kind, key.account, *row));
  return std::optional<Identity>(std::move(identity));
}

Result<Identity> load_identity(store::Reader& reader, const IdentityKey& key) {
  MR_ASSIGN(auto identity, find_identity(reader, key));
  if (!identity) return no_such(key.kind, key.name);
  return std::move(*identity);
}

void save_identity(store::Txn& txn, const Identity& identity) {
  txn.put(identity_key({identity.kind, identity.account, identity.name}), to_row(identity));
  touch(txn, identity.account);
}

void erase_identity(store::Txn& txn, const Identity& identity) {
  txn.del(identity_key({identity.kind, identity.account, identity.name}));
  touch(txn, identity.account);
}

Result<std::vector<Identity>> all_identities(store::Reader& reader, IdentityKind kind,
                                             const std::string& account) {
  std::vector<Identity> all;
  auto it = reader.scan(store::prefix_range(writer(account, table_of(kind)).key()));
  for (; it->valid(); it->next()) {
    MR_ASSIGN(Identity identity, identity_from_row(kind, account, it->value()));
    all.push_back(std::move(identity));
  }
  MR_TRY(it->status());
  return all;
}

Result<ManagedPolicy> load_policy(store::Reader& reader, const std::string& account,
                                  const std::string& arn) {
  if (auto aws_policy = find_aws_policy(arn)) return std::move(*aws_policy);
  MR_ASSIGN(auto row, reader.get(policy_key(account, arn)));
  if (!row) {
    if (is_aws_policy_arn(arn)) {
      return Error("NoSuchEntity", 404,
                   fmt::format("Policy {} does not exist or is not attachable. (Millrace does not "
                               "have this AWS managed policy)",
                               arn));
    }
    return Error("NoSuchEntity", 404, fmt::format("Policy {} was not found.", arn));
  }
  return policy_from_row(*row);
}

void save_policy(store::Txn& txn, const std::string& account, const ManagedPolicy& policy) {
  txn.put(policy_key(account, policy.arn), to_row(policy));
  touch(txn, account);
}

void erase_policy(store::Txn& txn, const std::string& account, const ManagedPolicy& policy) {
  txn.del(policy_key(account, policy.arn));
  touch(txn, account);
}

Result<std::vector<ManagedPolicy>> all_policies(store::Reader& reader, const std::string& account) {
  std::vector<ManagedPolicy> all;
  auto it = reader.scan(store::prefix_range(writer(account, "policy").key()));
  for (; it->valid(); it->next()) {
    MR_ASSIGN(ManagedPolicy policy, policy_from_row(it->value()));
    all.push_back(std::move(policy));
  }
  MR_TRY(it->status());
  return all;
}

Result<std::optional<AccessKeyRecord>> find_access_key(store::Reader& reader,
                                                       const std::string& access_key_id) {
  MR_ASSIGN(auto row, reader.get(access_key_key(access_key_id)));
  if (!row) return std::optional<AccessKeyRecord>();
  MR_ASSIGN(Json json, Json::parse(*row));
  AccessKeyRecord key{.access_key_id = access_key_id};
  key.account = json.get_string("account");
  key.user_name = json.get_string("user");
  key.active = json.get_string("status") == "Active";
  key.created = Instant{int_of(json, "created")};
  key.sealed_secret = base64_decode(json.get_string("secret")).value_or("");
  return std::optional<AccessKeyRecord>(std::move(key));
}

void save_access_key(store::Txn& txn, const AccessKeyRecord& key) {
  Json json = Json::object();
  json.set("account", key.account).set("user", key.user_name);
  json.set("status", key.active ? "Active" : "Inactive").set("created", key.created.us);
  json.set("secret", base64_encode(key.sealed_secret));
  txn.put(access_key_key(key.access_key_id), json.dump());
  IdentityKey user{IdentityKind::kUser, key.account, key.user_name};
  txn.put(user_keys(user).str(key.access_key_id).key(), "");
}

void erase_access_key(store::Txn& txn, const AccessKeyRecord& key) {
  txn.del(access_key_key(key.access_key_id));
  IdentityKey user{IdentityKind::kUser, key.account, key.user_name};
  txn.del(user_keys(user).str(key.access_key_id).key());
}

Result<std::vector<AccessKeyRecord>> access_keys_of(store::Reader& reader,
                                                    const IdentityKey& user) {
  std::vector<AccessKeyRecord> keys;
  auto it = reader.scan(store::prefix_range(user_keys(user).key()));
  for (; it->valid(); it->next()) {
    store::KeyReader key(it->key());
    key.str();  // table
    key.str();  // user
    auto id = key.str();
    if (!id) return Error::internal("malformed key of an access key");
    MR_ASSIGN(auto record, find_access_key(reader, *id));
    if (record) keys.push_back(std::move(*record));
  }
  MR_TRY(it->status());
  return keys;
}

Result<std::string> policy_version(store::Reader& reader, const std::string& account) {
  MR_ASSIGN(auto row, reader.get(writer(account, "version").key()));
  return row.value_or("");
}

std::string new_unique_id(std::string_view prefix, size_t random_length) {
  return std::string(prefix) + random_text(thread_rng(), random_length, kUpperAlnum);
}

std::optional<RoleName> parse_role_arn(const std::string& arn) {
  constexpr std::string_view kPrefix = "arn:aws:iam::";
  if (!arn.starts_with(kPrefix)) return std::nullopt;
  size_t colon = arn.find(':', kPrefix.size());
  if (colon == std::string::npos || arn.compare(colon, 6, ":role/") != 0) return std::nullopt;
  std::string name = arn.substr(arn.rfind('/') + 1);
  if (name.empty()) return std::nullopt;
  return RoleName{arn.substr(kPrefix.size(), colon - kPrefix.size()), std::move(name)};
}

}  // namespace millrace::iam
