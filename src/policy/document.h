// Document: an IAM policy, parsed and checked. Parsing is strict, as IAM's is: an element it does
// not know, a missing one or one of a wrong kind gives MalformedPolicyDocument (400) with IAM's
// words where they are known. The grammar is that of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
//
// Thread safety: a value; immutable once parsed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "policy/condition.h"

namespace millrace::policy {

enum class Effect { kAllow, kDeny };

// Who is meant: "*", {"AWS": ...}, {"Service": ...}, {"Federated": ...}, {"CanonicalUser": ...}.
struct Principal {
  bool everyone = false;         // "*" or {"AWS": "*"}
  std::vector<std::string> aws;  // ARNs and account ids
  std::vector<std::string> services;
  std::vector<std::string> others;  // Federated, CanonicalUser: match nobody we know
};

struct Statement {
  std::string sid;
  Effect effect = Effect::kDeny;
  std::optional<Principal> principal;
  std::optional<Principal> not_principal;
  std::vector<std::string> actions;
  bool not_action = false;  // `actions` are those that are left out
  std::vector<std::string> resources;
  bool not_resource = false;
  std::vector<Condition> conditions;  // all must hold
};

// What a policy is attached to decides which elements it must have.
enum class DocumentKind {
  kIdentity,  // of a user or role, or managed: no Principal, needs Resource
  kTrust,     // of a role: needs Principal, no Resource
  kResource,  // of a bucket, function, API: needs Principal, has Resource
};

struct Document {
  std::string version;  // "2012-10-17" or "2008-10-17"
  std::string id;
  std::vector<Statement> statements;

  // Policy variables exist since this version only.
  bool has_variables() const { return version == "2012-10-17"; }

  static Result<Document> parse(std::string_view text, DocumentKind kind);
  static Result<Document> parse(const codec::Json& json, DocumentKind kind);
};

inline Error malformed_policy(std::string message) {
  return Error("MalformedPolicyDocument", 400, std::move(message));
}

}  // namespace millrace::policy
