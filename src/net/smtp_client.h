// Sends mail through an SMTP server; blocks, so it runs on a worker. `smtp://host[:25]` is plain,
// `smtps://user:password@host[:465]` is TLS from the first byte. A password never goes over a plain
// connection.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/smtp_session.h"

namespace millrace::net {

struct SmtpServer {
  std::string host;
  std::string port;
  bool is_tls = false;
  SmtpLogin login;
};
// Errors: InvalidConfiguration (400); the text never holds the password.
Result<SmtpServer> parse_smtp_url(std::string_view url);

inline constexpr int kSmtpTimeoutMs = 30'000;  // of each step

// Errors: those of SmtpSession::result(), and MailDeferred when the server cannot be reached.
Status send_mail(const SmtpServer& server, MailEnvelope envelope);

}  // namespace millrace::net
