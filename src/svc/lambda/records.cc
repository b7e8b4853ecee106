#include "svc/lambda/records.h"

#include <fmt/format.h>

#include "base/random.h"
#include "svc/document.h"
#include "svc/scope_index.h"

namespace millrace::lambda {
namespace {

constexpr size_t kCodePieceBytes = 512 * 1024;

}  // namespace

std::string FunctionRow::to_text() const {
  codec::Json row;
  row.set("Configuration", svc::to_document<api::CreateFunction>(config));
  row.set("Code", code_sha256);
  codec::Json tag_list = codec::Json::object();
  for (const auto& [name, value] : tags)
    tag_list.set(name, value);
  row.set("Tags", std::move(tag_list));
  row.set("NextVersion", next_version);
  row.set("LastVersion", last_version);
  if (reserved_concurrency) row.set("ReservedConcurrency", *reserved_concurrency);
  return row.dump();
}

Result<FunctionRow> FunctionRow::from_text(std::string_view text) {
  MR_ASSIGN(codec::Json json, codec::Json::parse(text));
  FunctionRow row;
  const codec::Json* config = json.find("Configuration");
  if (config == nullptr) return Error::internal("a function's row is damaged");
  MR_ASSIGN(row.config, svc::from_document<api::CreateFunction>(*config));
  row.code_sha256 = json.get_string("Code");
  if (const codec::Json* tags = json.find("Tags"); tags != nullptr && tags->as_object()) {
    for (const auto& [name, value] : *tags->as_object()) {
      if (value.as_string()) row.tags[name] = *value.as_string();
    }
  }
  auto integer = [&](std::string_view name, int64_t fallback) {
    const codec::Json* value = json.find(name);
    return value != nullptr && value->as_int() ? *value->as_int() : fallback;
  };
  row.next_version = integer("NextVersion", 1);
  row.last_version = integer("LastVersion", 0);
  if (json.find("ReservedConcurrency"))
    row.reserved_concurrency = integer("ReservedConcurrency", 0);
  return row;
}

store::KeyWriter lambda_key(const svc::Scope& scope, std::string_view kind) {
  store::KeyWriter key(scope.account, scope.region, store::Space::kLambda);
  key.str(kind);
  return key;
}
std::string function_key(const svc::Scope& scope, std::string_view name) {
  return lambda_key(scope, "function").str(name).key();
}
std::string version_key(const svc::Scope& scope, std::string_view name, uint64_t number) {
  return lambda_key(scope, "version").str(name).u64(number).key();
}
std::string alias_key(const svc::Scope& scope, std::string_view name, std::string_view alias) {
  return lambda_key(scope, "alias").str(name).str(alias).key();
}
std::string policy_key(const FunctionRef& ref) {
  return lambda_key(ref.scope, "policy").str(ref.name).str(ref.qualifier).key();
}
std::string invoke_config_key(const FunctionRef& ref) {
  // No qualifier means $LATEST: both name one configuration.
  std::string_view qualifier = ref.qualifier == kLatest ? std::string_view() : ref.qualifier;
  return lambda_key(ref.scope, "invoke-config").str(ref.name).str(qualifier).key();
}

Error function_not_found(const FunctionRef& ref) {
  return api::errors::resource_not_found_exception("Function not found: " + function_arn(ref));
}
Error alias_not_found(const FunctionRef& ref) {
  return api::errors::resource_not_found_exception("Cannot find alias arn: " + function_arn(ref));
}

Result<std::optional<FunctionRow>> find_function(store::Reader& reader, const svc::Scope& scope,
                                                 std::string_view name) {
  MR_ASSIGN(auto text, reader.get(function_key(scope, name)));
  if (!text) return std::optional<FunctionRow>();
  MR_ASSIGN(FunctionRow row, FunctionRow::from_text(*text));
  return std::optional<FunctionRow>(std::move(row));
}

Result<FunctionRow> load_function(store::Reader& reader, const FunctionRef& ref) {
  MR_ASSIGN(auto row, find_function(reader, ref.scope, ref.name));
  if (!row) return function_not_found(ref);
  return std::move(*row);
}

Result<std::optional<api::AliasConfiguration>> find_alias(store::Reader& reader,
                                                          const FunctionRef& ref) {
  MR_ASSIGN(auto text, reader.get(alias_key(ref.scope, ref.name, ref.qualifier)));
  if (!text) return std::optional<api::AliasConfiguration>();
  MR_ASSIGN(auto alias, svc::read_document<api::GetAlias>(*text));
  return std::optional<api::AliasConfiguration>(std::move(alias));
}

Result<Resolved> resolve(store::Reader& reader, const FunctionRef& ref, double choice) {
  Resolved found{.version = ref.qualifier.empty() ? kLatest : ref.qualifier};
  if (found.version != kLatest && !version_number(found.version)) {
    MR_ASSIGN(auto alias, find_alias(reader, ref));
    if (!alias) return function_not_found(ref);
    found.version = alias->function_version.value_or(kLatest);
    if (alias->routing_config && alias->routing_config->additional_version_weights) {
      for (const auto& [version, weight] : *alias->routing_config->additional_version_weights) {
        if (choice < weight) {
          found.version = version;
          break;
        }
        choice -= weight;
      }
    }
  }
  auto number = version_number(found.version);
  found.key =
      number ? version_key(ref.scope, ref.name, *number) : function_key(ref.scope, ref.name);
  MR_ASSIGN(auto text, reader.get(found.key));
  if (!text) return function_not_found(ref);
  found.text = std::move(*text);
  return found;
}

Result<FunctionRow> load_qualified(store::Reader& reader, const FunctionRef& ref) {
  MR_ASSIGN(Resolved found, resolve(reader, ref));
  MR_ASSIGN(FunctionRow row, FunctionRow::from_text(found.text));
  if (!ref.qualifier.empty()) row.config.function_arn = function_arn(ref);
  return row;
}

Result<std::optional<PolicyRow>> find_policy(store::Reader& reader, const FunctionRef& ref) {
  MR_ASSIGN(auto text, reader.get(policy_key(ref)));
  if (!text) return std::optional<PolicyRow>();
  MR_ASSIGN(codec::Json json, codec::Json::parse(*text));
  PolicyRow row;
  row.revision_id = json.get_string("RevisionId");
  if (const codec::Json* policy = json.find("Policy")) row.policy = *policy;
  return std::optional<PolicyRow>(std::move(row));
}

void save_function(store::Txn& txn, const svc::Scope& scope, const FunctionRow& row) {
  txn.put(function_key(scope, row.config.function_name.value_or("")), row.to_text());
}

Status save_code(store::Txn& txn, const svc::Scope& scope, std::string_view sha256_hex,
                 std::string_view zip) {
  auto piece_key = [&](uint32_t n) {
    return lambda_key(scope, "code").str(sha256_hex).u32(n).key();
  };
  MR_ASSIGN(auto present, txn.get(piece_key(0)));
  if (present) return ok_status();
  uint32_t n = 0;
  for (; !zip.empty(); ++n) {
    std::string_view piece = zip.substr(0, kCodePieceBytes);
    txn.put(piece_key(n), piece);
    zip.remove_prefix(piece.size());
  }
  return ok_status();
}

Result<std::string> load_code(store::Reader& reader, const svc::Scope& scope,
                              std::string_view sha256_hex) {
  std::string zip;
  auto it = reader.scan(store::prefix_range(lambda_key(scope, "code").str(sha256_hex).key()));
  for (; it->valid(); it->next())
    zip.append(it->value());
  MR_TRY(it->status());
  if (zip.empty()) return Error::internal("a function's archive is missing");
  return zip;
}

void use_code(store::Txn& txn, const svc::Scope& scope, std::string_view sha256_hex,
              std::string_view name, std::string_view version) {
  txn.put(lambda_key(scope, "code-use").str(sha256_hex).str(name).str(version).key(), "");
}

Result<std::set<std::string>> used_code(store::Reader& reader) {
  std::set<std::string> used;
  MR_ASSIGN(auto scopes, svc::noted_scopes(reader, store::Space::kLambda));
  for (const svc::Scope& scope : scopes) {
    auto it = reader.scan(store::prefix_range(lambda_key(scope, "code-use").key()));
    for (; it->valid(); it->next()) {
      store::KeyReader key(it->key());
      key.str();
      if (auto sha256_hex = key.str()) used.insert(std::move(*sha256_hex));
    }
    MR_TRY(it->status());
  }
  return used;
}

Status release_code(store::Txn& txn, const svc::Scope& scope, std::string_view sha256_hex,
                    std::string_view name, std::string_view version) {
  txn.del(lambda_key(scope, "code-use").str(sha256_hex).str(name).str(version).key());
  {
    auto users = txn.scan(store::prefix_range(lambda_key(scope, "code-use").str(sha256_hex).key()));
    MR_TRY(users->status());
    if (users->valid()) return ok_status();
  }
  std::vector<std::string> pieces;
  {
    auto it = txn.scan(store::prefix_range(lambda_key(scope, "code").str(sha256_hex).key()));
    for (; it->valid(); it->next())
      pieces.emplace_back(it->key());
    MR_TRY(it->status());
  }
  for (const std::string& key : pieces)
    txn.del(key);
  return ok_status();
}

std::string lambda_time(Instant t) {
  std::string text = format_iso8601_ms(t);
  text.pop_back();
  return text + "+0000";
}

std::string new_revision_id() { return random_uuid(thread_rng()); }

}  // namespace millrace::lambda
