#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "net/smtp_client.h"

namespace millrace::net {
namespace {

MailEnvelope mail() {
  return {.from = "a@x.example",
          .to = {"b@y.example", "c@y.example"},
          .message = "Subject: s\r\n\r\n.dot\r\nend"};
}

TEST(SmtpSessionTest, WalksThroughTheDialogue) {
  SmtpSession session(mail(), {});
  session.on_line("220 hi");
  EXPECT_EQ(session.take_output(), "EHLO millrace.local\r\n");
  session.on_line("250-server");
  EXPECT_EQ(session.take_output(), "");
  session.on_line("250 SIZE 1000");
  EXPECT_EQ(session.take_output(), "MAIL FROM:<a@x.example>\r\n");
  session.on_line("250 ok");
  EXPECT_EQ(session.take_output(), "RCPT TO:<b@y.example>\r\n");
  session.on_line("250 ok");
  EXPECT_EQ(session.take_output(), "RCPT TO:<c@y.example>\r\n");
  session.on_line("251 will forward");
  EXPECT_EQ(session.take_output(), "DATA\r\n");
  session.on_line("354 go");
  EXPECT_EQ(session.take_output(), "Subject: s\r\n\r\n..dot\r\nend\r\n.\r\n");
  session.on_line("250 queued");
  EXPECT_EQ(session.take_output(), "QUIT\r\n");
  session.on_line("221 bye");
  ASSERT_TRUE(session.finished());
  EXPECT_TRUE(session.result().ok());
}

TEST(SmtpSessionTest, RefusalsAreForGoodOrForNow) {
  for (auto [reply, code] :
       {std::pair("550 no such user", "MailRejected"), std::pair("451 try later", "MailDeferred"),
        std::pair("nonsense", "MailRejected")}) {
    SmtpSession session(mail(), {});
    for (const char* line : {"220 hi", "250 ok", "250 ok"})
      session.on_line(line);
    session.on_line(reply);
    ASSERT_TRUE(session.finished());
    EXPECT_EQ(session.result().error().code(), code);
  }
}

TEST(SmtpSessionTest, AnAddressCannotSmuggleACommand) {
  MailEnvelope evil = mail();
  evil.to = {"b@y.example>\r\nDATA"};
  SmtpSession session(evil, {});
  for (const char* line : {"220 hi", "250 ok", "250 ok"})
    session.on_line(line);
  EXPECT_EQ(session.result().error().code(), "MailRejected");
}

TEST(SmtpUrlTest, PasswordsNeedTls) {
  EXPECT_EQ(parse_smtp_url("smtp://mail.example")->port, "25");
  EXPECT_EQ(parse_smtp_url("smtps://u:p%40@mail.example:2465")->login.password, "p@");
  auto plain = parse_smtp_url("smtp://u:secret@mail.example");
  ASSERT_FALSE(plain.ok());
  EXPECT_EQ(plain.error().message().find("secret"), std::string::npos);
  EXPECT_FALSE(parse_smtp_url("http://x").ok());
}

// A server of one connection that says yes to everything.
std::string serve_once(int listener) {
  int fd = accept(listener, nullptr, nullptr);
  std::string seen;
  auto say = [fd](std::string_view text) { (void)!write(fd, text.data(), text.size()); };
  say("220 test\r\n");
  bool in_data = false;
  char chunk[512];
  for (ssize_t n; (n = read(fd, chunk, sizeof chunk)) > 0;) {
    seen.append(chunk, static_cast<size_t>(n));
    if (!seen.ends_with("\r\n")) continue;
    if (in_data && !seen.ends_with("\r\n.\r\n")) continue;
    if (seen.ends_with("QUIT\r\n")) break;
    in_data = seen.ends_with("DATA\r\n");
    say(in_data ? "354 go\r\n" : "250 ok\r\n");
  }
  say("221 bye\r\n");
  close(fd);
  return seen;
}

TEST(SmtpClientTest, DeliversOverASocketAndDefersWhenNobodyListens) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  socklen_t length = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  SmtpServer server{.host = "127.0.0.1", .port = std::to_string(ntohs(address.sin_port))};

  std::string seen;
  std::thread peer([&] { seen = serve_once(listener); });
  Status sent = send_mail(server, mail());
  peer.join();
  close(listener);
  EXPECT_TRUE(sent.ok());
  EXPECT_NE(seen.find("RCPT TO:<c@y.example>"), std::string::npos);
  EXPECT_EQ(send_mail(server, mail()).error().code(), "MailDeferred");
}

}  // namespace
}  // namespace millrace::net
