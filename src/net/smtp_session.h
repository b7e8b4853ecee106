// SmtpSession: one mail through SMTP (RFC 5321), as a state machine without I/O. Feed it the
// server's replies line by line; it says what to send next, until it is done or has failed.
//
//   SmtpSession session(envelope, login);
//   while (!session.finished()) { write(session.take_output()); session.on_line(read_line()); }
//
// Thread safety: belongs to one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::net {

struct MailEnvelope {
  std::string from;             // bare address
  std::vector<std::string> to;  // bare addresses
  std::string message;          // RFC 5322, CRLF line ends
};

struct SmtpLogin {
  std::string user;  // empty: no AUTH
  std::string password;
};

class SmtpSession {
 public:
  SmtpSession(MailEnvelope envelope, SmtpLogin login);

  // One reply line without CRLF.
  void on_line(std::string_view line);
  // What is to be written now; empty while the server's reply is not complete.
  std::string take_output() { return std::move(output_); }

  bool finished() const { return step_ == Step::kDone || step_ == Step::kFailed; }
  // REQUIRES: finished(). Errors: MailRejected (400) for good (5xx), MailDeferred (503) for now
  // (4xx), with the server's words.
  Status result() const { return result_; }

 private:
  enum class Step {
    kGreeting,
    kHello,
    kAuth,
    kFrom,
    kRecipients,
    kData,
    kBody,
    kQuit,
    kDone,
    kFailed
  };

  void advance(int code, std::string_view text);
  void fail(int code, std::string_view text);
  void send(std::string line);
  void send_next_recipient();

  const MailEnvelope envelope_;
  const SmtpLogin login_;
  Step step_ = Step::kGreeting;
  size_t recipients_sent_ = 0;
  std::string output_;
  Status result_;
};

// The message as DATA sends it: a dot at a line's start doubled, the end mark behind it.
std::string dot_stuffed(std::string_view message);

}  // namespace millrace::net
