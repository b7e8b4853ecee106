// The outbox: every mail that was sent, kept durably so that a person or a test can read it (HTTP
// views
// /_millrace/outbox and /_aws/ses) and a relay can pass it on. A mail is accepted, checked and
// stored by send() alone, for both API versions.
//
// Mail rows: key (account, region, ses, "mail", sent_us, message id), value JSON; docs/formats.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "svc/operation.h"

namespace millrace::ses {

inline constexpr size_t kRecipientsMax = 50;         // of one message, all kinds together
inline constexpr size_t kRawBytesMax = 40ull << 20;  // v2; v1's default quota is the same today
inline constexpr int64_t kKeptMailsMax = 10'000;     // per account and region; the oldest go first

struct Mail {
  std::string message_id;
  std::string from;
  std::vector<std::string> to, cc, bcc;
  std::string subject;
  std::string text, html;  // of simple messages; empty for raw ones
  std::string raw;         // the whole message, RFC 5322
  Instant sent;
};

// A new id, in the shape SES gives.
std::string new_message_id(Instant now);

// Checks sender and recipients and stores the mail. Errors: MessageRejected ("Email address is not
// verified. ..."), InvalidParameterValue; with the codes of SES v1, which v2's operations
// translate.
Status send(svc::Context& ctx, Mail mail);

// A mail row's value.
Result<Mail> decode_mail(std::string_view value);

// Newest first, at most `limit`.
Result<std::vector<Mail>> list_outbox(store::Reader& reader, const svc::Scope& scope, size_t limit);
// Every (account, region) that ever sent mail.
Result<std::vector<svc::Scope>> outbox_scopes(store::Reader& reader);

}  // namespace millrace::ses
