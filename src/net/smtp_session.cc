#include "net/smtp_session.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace millrace::net {
namespace {

// An address that could end the command and begin another must never reach the wire.
bool is_safe_address(std::string_view address) {
  for (char c : address) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == '>') return false;
  }
  return !address.empty();
}

}  // namespace

std::string dot_stuffed(std::string_view message) {
  std::string out;
  out.reserve(message.size() + 16);
  bool line_start = true;
  for (size_t i = 0; i < message.size(); ++i) {
    char c = message[i];
    if (line_start && c == '.') out.push_back('.');
    if (c == '\n' && (i == 0 || message[i - 1] != '\r')) out.push_back('\r');
    out.push_back(c);
    line_start = c == '\n';
  }
  if (!line_start) out += "\r\n";
  return out + ".\r\n";
}

SmtpSession::SmtpSession(MailEnvelope envelope, SmtpLogin login)
    : envelope_(std::move(envelope)), login_(std::move(login)) {}

void SmtpSession::on_line(std::string_view line) {
  if (finished()) return;
  int code = 0;
  if (line.size() < 3) return fail(500, "a reply that is none: " + std::string(line));
  for (char c : line.substr(0, 3)) {
    if (c < '0' || c > '9') return fail(500, "a reply that is none: " + std::string(line));
    code = code * 10 + (c - '0');
  }
  if (line.size() > 3 && line[3] == '-') return;  // more lines of this reply follow
  advance(code, line);
}

void SmtpSession::advance(int code, std::string_view text) {
  const int expected = step_ == Step::kAuth       ? 235
                       : step_ == Step::kData     ? 354
                       : step_ == Step::kGreeting ? 220
                       : step_ == Step::kQuit     ? 221
                                                  : 250;
  const bool accepted = code == expected || (step_ == Step::kRecipients && code == 251);
  // Once the message is accepted, whatever QUIT brings changes nothing.
  if (!accepted && step_ != Step::kQuit) return fail(code, text);
  switch (step_) {
    case Step::kGreeting: step_ = Step::kHello; return send("EHLO millrace.local");
    case Step::kHello:
      if (login_.user.empty()) {
        step_ = Step::kFrom;
        return advance(250, text);
      }
      step_ = Step::kAuth;
      return send("AUTH PLAIN " + base64_encode(std::string(1, '\0') + login_.user +
                                                std::string(1, '\0') + login_.password));
    case Step::kAuth: step_ = Step::kFrom; return advance(250, text);
    case Step::kFrom:
      if (!is_safe_address(envelope_.from)) return fail(553, "unusable sender address");
      step_ = Step::kRecipients;
      recipients_sent_ = 0;
      return send(fmt::format("MAIL FROM:<{}>", envelope_.from));
    case Step::kRecipients: return send_next_recipient();
    case Step::kData:
      step_ = Step::kBody;
      output_ = dot_stuffed(envelope_.message);
      return;
    case Step::kBody: step_ = Step::kQuit; return send("QUIT");
    case Step::kQuit: step_ = Step::kDone; return;
    case Step::kDone:
    case Step::kFailed: return;
  }
}

void SmtpSession::send_next_recipient() {
  if (recipients_sent_ == envelope_.to.size()) {
    step_ = Step::kData;
    return send("DATA");
  }
  const std::string& recipient = envelope_.to[recipients_sent_++];
  if (!is_safe_address(recipient)) return fail(553, "unusable recipient address");
  send(fmt::format("RCPT TO:<{}>", recipient));
}

void SmtpSession::fail(int code, std::string_view text) {
  step_ = Step::kFailed;
  bool for_now = code >= 400 && code < 500;
  result_ =
      Error(for_now ? "MailDeferred" : "MailRejected", for_now ? 503 : 400, std::string(text));
}

void SmtpSession::send(std::string line) { output_ = std::move(line) + "\r\n"; }

}  // namespace millrace::net
