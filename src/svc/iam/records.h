// Records: what IAM keeps in the store, as JSON rows of the account (docs/formats.md). A user or
// role is one row with everything that decides what he may do: inline policies and the ARNs of
// attached ones. Names are compared without regard to case, as IAM does; rows are keyed by the
// lower-case name.
//
// Every change of what a policy decision depends on puts a new random value into the account's
// version row, so that whoever remembers a decision's inputs knows when they are stale.
//
// Thread safety: a record is a value; functions work on one transaction.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"
#include "store/store.h"

namespace millrace::iam {

enum class IdentityKind { kUser, kRole };

using Tags = std::vector<std::pair<std::string, std::string>>;

struct Identity {
  IdentityKind kind = IdentityKind::kUser;
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // AIDA..., AROA...
  Instant created;
  Tags tags;
  std::map<std::string, std::string> inline_policies;  // name -> document as it was given
  std::vector<std::string> attached;                   // ARNs of managed policies
  // Roles only.
  std::string trust;  // document as it was given
  std::string description;
  int64_t max_session_seconds = 3600;

  std::string arn() const;
};

struct PolicyVersionRecord {
  std::string id;  // "v1"
  std::string document;
  Instant created;
};

struct ManagedPolicy {
  std::string arn;
  std::string name;
  std::string path = "/";
  std::string id;  // ANPA...
  std::string description;
  Instant created;
  Instant updated;
  Tags tags;
  std::string default_version = "v1";
  int64_t next_version = 2;
  int64_t attachments = 0;
  std::vector<PolicyVersionRecord> versions;

  const PolicyVersionRecord* find_version(const std::string& version_id) const;
};

struct AccessKeyRecord {
  std::string access_key_id;
  std::string account;
  std::string user_name;
  bool active = true;
  Instant created;
  std::string sealed_secret;  // raw bytes of base/seal.h
};

struct IdentityKey {
  IdentityKind kind;
  std::string account;
  std::string name;
};
Result<std::optional<Identity>> find_identity(store::Reader& reader, const IdentityKey& key);
// NoSuchEntity when there is none.
Result<Identity> load_identity(store::Reader& reader, const IdentityKey& key);
void save_identity(store::Txn& txn, const Identity& identity);
void erase_identity(store::Txn& txn, const Identity& identity);
Result<std::vector<Identity>> all_identities(store::Reader& reader, IdentityKind kind,
                                             const std::string& account);

// AWS's own policies are found too (managed_policies.h). NoSuchEntity when there is none.
Result<ManagedPolicy> load_policy(store::Reader& reader, const std::string& account,
                                  const std::string& arn);
void save_policy(store::Txn& txn, const std::string& account, const ManagedPolicy& policy);
void erase_policy(store::Txn& txn, const std::string& account, const ManagedPolicy& policy);
Result<std::vector<ManagedPolicy>> all_policies(store::Reader& reader, const std::string& account);

// Keys are found by their id alone, before the account is known.
Result<std::optional<AccessKeyRecord>> find_access_key(store::Reader& reader,
                                                       const std::string& access_key_id);
void save_access_key(store::Txn& txn, const AccessKeyRecord& key);
void erase_access_key(store::Txn& txn, const AccessKeyRecord& key);
Result<std::vector<AccessKeyRecord>> access_keys_of(store::Reader& reader, const IdentityKey& user);

// Empty before the first change.
Result<std::string> policy_version(store::Reader& reader, const std::string& account);

// "AROA" + 17 random characters, and the like.
std::string new_unique_id(std::string_view prefix, size_t random_length = 17);

// The last part of "arn:aws:iam::ACCOUNT:role/path/NAME", and its account; nullopt for anything
// else.
struct RoleName {
  std::string account;
  std::string name;
};
std::optional<RoleName> parse_role_arn(const std::string& arn);

}  // namespace millrace::iam
