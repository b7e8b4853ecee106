#include "net/smtp_client.h"

#include <fmt/format.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "base/encoding.h"

namespace millrace::net {
namespace {

constexpr size_t kReplyLineMax = 4'096;

Error deferred(std::string_view why) { return Error("MailDeferred", 503, std::string(why)); }

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* ctx) const { SSL_CTX_free(ctx); }
};

// A blocking connection on which every step has a time-out, plain or TLS.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    ssl_.reset();
    if (fd_ >= 0) ::close(fd_);
  }

  Status open(const SmtpServer& server) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(server.host.c_str(), server.port.c_str(), &hints, &found) != 0) {
      return deferred("the name of the SMTP server cannot be resolved");
    }
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    for (addrinfo* a = found; a != nullptr && fd_ < 0; a = a->ai_next)
      connect_to(*a);
    if (fd_ < 0) return deferred("the SMTP server does not take connections");
    return server.is_tls ? start_tls(server.host) : ok_status();
  }

  Status write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t n = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                       : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return deferred("the SMTP server stopped reading");
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return ok_status();
  }

  Result<std::string> read_line() {
    for (;;) {
      if (size_t end = buffer_.find("\r\n"); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 2);
        return line;
      }
      if (buffer_.size() > kReplyLineMax) return deferred("a reply that does not end");
      char chunk[1'024];
      ssize_t n =
          ssl_ ? SSL_read(ssl_.get(), chunk, sizeof chunk) : ::recv(fd_, chunk, sizeof chunk, 0);
      if (n <= 0) return deferred("the SMTP server closed the connection, or is silent");
      buffer_.append(chunk, static_cast<size_t>(n));
    }
  }

 private:
  void connect_to(const addrinfo& address) {
    int fd = ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol);
    if (fd < 0) return;
    timeval timeout{.tv_sec = kSmtpTimeoutMs / 1'000, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);  // bounds connect() too
    if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) {
      fd_ = fd;
    } else {
      ::close(fd);
    }
  }

  Status start_tls(const std::string& host) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_default_verify_paths(context_.get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set1_host(ssl_.get(), host.c_str());
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    SSL_set_fd(ssl_.get(), fd_);
    if (SSL_connect(ssl_.get()) != 1) return deferred("the SMTP server's TLS handshake failed");
    return ok_status();
  }

  int fd_ = -1;
  std::unique_ptr<SSL_CTX, SslDeleter> context_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  std::string buffer_;
};

}  // namespace

Result<SmtpServer> parse_smtp_url(std::string_view url) {
  auto invalid = [](std::string_view why) {
    return Error("InvalidConfiguration", 400, fmt::format("SMTP URL: {}", why));
  };
  SmtpServer server;
  if (url.starts_with("smtps://")) {
    server.is_tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("smtp://")) {
    url.remove_prefix(7);
  } else {
    return invalid("must begin with smtp:// or smtps://");
  }
  if (size_t at = url.rfind('@'); at != std::string_view::npos) {
    std::string_view login = url.substr(0, at);
    url.remove_prefix(at + 1);
    size_t colon = login.find(':');
    if (colon == std::string_view::npos)
      return invalid("a user needs a password: user:password@host");
    server.login = {percent_decode(login.substr(0, colon)),
                    percent_decode(login.substr(colon + 1))};
    if (!server.is_tls) return invalid("a password goes over smtps:// only");
  }
  size_t colon = url.rfind(':');
  server.host = url.substr(0, colon);
  server.port = colon == std::string_view::npos ? (server.is_tls ? "465" : "25")
                                                : std::string(url.substr(colon + 1));
  if (server.host.empty() || server.port.empty()) return invalid("the host is missing");
  return server;
}

Status send_mail(const SmtpServer& server, MailEnvelope envelope) {
  Connection connection;
  MR_TRY(connection.open(server));
  SmtpSession session(std::move(envelope), server.login);
  while (!session.finished()) {
    MR_ASSIGN(std::string line, connection.read_line());
    session.on_line(line);
    MR_TRY(connection.write(session.take_output()));
  }
  return session.result();
}

}  // namespace millrace::net
