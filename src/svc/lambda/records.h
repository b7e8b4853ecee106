// Rows of the Lambda service, and how they are found. docs/formats.md describes them.
//
//   ("function", name)                 FunctionRow of $LATEST
//   ("version", name, number)          FunctionRow as published
//   ("alias", name, alias)             AliasConfiguration
//   ("policy", name, qualifier)        PolicyRow
//   ("invoke-config", name, qualifier) FunctionEventInvokeConfig
//   ("code", sha256, chunk)            a piece of an archive
//   ("code-use", sha256, name, version) who needs it
//
// Free functions of a transaction; no state.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aws/lambda.h"
#include "codec/json.h"
#include "store/key.h"
#include "store/store.h"
#include "svc/lambda/names.h"
#include "svc/operation.h"

namespace millrace::lambda {

namespace api = aws::lambda;

struct FunctionRow {
  api::FunctionConfiguration config;
  std::string code_sha256;  // hex: the archive's name in the store and the code cache
  std::map<std::string, std::string> tags;
  int64_t next_version = 1;
  std::optional<int64_t> reserved_concurrency;
  // What the last published version was made of, so that publishing nothing new makes no version.
  int64_t last_version = 0;

  std::string to_text() const;
  static Result<FunctionRow> from_text(std::string_view text);
};

struct PolicyRow {
  codec::Json policy;
  std::string revision_id;
};

store::KeyWriter lambda_key(const svc::Scope& scope, std::string_view kind);
std::string function_key(const svc::Scope& scope, std::string_view name);
std::string version_key(const svc::Scope& scope, std::string_view name, uint64_t number);
std::string alias_key(const svc::Scope& scope, std::string_view name, std::string_view alias);
std::string policy_key(const FunctionRef& ref);
std::string invoke_config_key(const FunctionRef& ref);

// "Function not found: ARN", with the qualifier when there is one.
Error function_not_found(const FunctionRef& ref);
// "Cannot find alias arn: ARN"
Error alias_not_found(const FunctionRef& ref);

Result<std::optional<FunctionRow>> find_function(store::Reader& reader, const svc::Scope& scope,
                                                 std::string_view name);
// ResourceNotFoundException when there is none.
Result<FunctionRow> load_function(store::Reader& reader, const FunctionRef& ref);
Result<std::optional<api::AliasConfiguration>> find_alias(store::Reader& reader,
                                                          const FunctionRef& ref);

// What a qualifier stands for: $LATEST (or none), a version, or an alias's version. `choice` in [0,
// 1) picks among an alias's weighted versions.
struct Resolved {
  std::string key;   // of the row
  std::string text;  // of the row as stored, for caches
  std::string version;
};
Result<Resolved> resolve(store::Reader& reader, const FunctionRef& ref, double choice = 0.999999);
// The same, parsed.
Result<FunctionRow> load_qualified(store::Reader& reader, const FunctionRef& ref);

Result<std::optional<PolicyRow>> find_policy(store::Reader& reader, const FunctionRef& ref);

void save_function(store::Txn& txn, const svc::Scope& scope, const FunctionRow& row);

// The archive, in pieces that the store can swallow.
Status save_code(store::Txn& txn, const svc::Scope& scope, std::string_view sha256_hex,
                 std::string_view zip);
Result<std::string> load_code(store::Reader& reader, const svc::Scope& scope,
                              std::string_view sha256_hex);
// Marks that a version uses the archive, or no longer does; an archive without users goes.
void use_code(store::Txn& txn, const svc::Scope& scope, std::string_view sha256_hex,
              std::string_view name, std::string_view version);
// The SHA-256 of all code that any function of any account and region needs.
Result<std::set<std::string>> used_code(store::Reader& reader);
Status release_code(store::Txn& txn, const svc::Scope& scope, std::string_view sha256_hex,
                    std::string_view name, std::string_view version);

// "2026-01-31T12:34:56.789+0000"
std::string lambda_time(Instant t);
std::string new_revision_id();

}  // namespace millrace::lambda
