// Identities: the addresses and domains from which an account may send. Here nobody owns DNS, so an
// identity is verified as soon as it is made; sending from one that was never made is refused as
// AWS refuses it.
//
// Rows: key (account, region, ses, "identity", name), value JSON {"type", "createdUs", "tags"}.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "svc/operation.h"

namespace millrace::ses {

struct Identity {
  std::string name;
  bool is_domain = false;
  Instant created;
  std::map<std::string, std::string> tags;
};

// Address or domain as a key: domains in lower case.
std::string normalize_identity(std::string_view name);

Result<std::optional<Identity>> find_identity(svc::Context& ctx, std::string_view name);
void put_identity(svc::Context& ctx, const Identity& identity);
void delete_identity_row(svc::Context& ctx, std::string_view name);

// In order of name, after `after`, at most `limit`.
Result<std::vector<Identity>> list_identity_rows(svc::Context& ctx, std::string_view after,
                                                 size_t limit);

// OK when the address, or its domain, or a parent domain, is an identity; else MessageRejected.
// REQUIRES: `bare` came from bare_address().
Status require_verified(svc::Context& ctx, const std::string& bare);

// The identity that permissions are checked on: "arn:aws:ses:REGION:ACCOUNT:identity/NAME", the
// address itself if it is one, else its domain.
Result<std::vector<svc::Access>> sender_access(svc::Context& ctx, std::string_view action,
                                               std::string_view from);
std::vector<svc::Access> identity_access(svc::Context& ctx, std::string_view action,
                                         std::string_view identity);

// The token that a domain's DNS record would hold; stable for a name.
std::string verification_token(std::string_view domain);

}  // namespace millrace::ses
