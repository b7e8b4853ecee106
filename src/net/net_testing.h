// Helpers of this folder's tests: a server on port 0 with a scripted handler, and a raw client.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/random.h"
#include "net/certificate_authority.h"
#include "net/http_server.h"
#include "net/runtime.h"

namespace millrace::net {

// A folder that goes away with its owner.
class TempDir {
 public:
  TempDir()
      : path_(std::filesystem::temp_directory_path() / ("net_test_" + random_uuid(thread_rng()))) {
    std::filesystem::create_directories(path_);
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

class ScriptedHandler : public Handler {
 public:
  BodyPlan on_head(const RequestHead& head) override {
    return plan ? plan(head) : BodyPlan::buffer(1 << 20);
  }
  void on_request(Request request, Responder responder) override {
    handle(std::move(request), std::move(responder));
  }
  std::function<BodyPlan(const RequestHead&)> plan;
  // Echoes "METHOD target body" unless a test says otherwise.
  std::function<void(Request, Responder)> handle = [](Request request, Responder responder) {
    responder.send(Response(200, std::string(request.head.method) + " " +
                                     std::string(request.head.target) + " " + request.body));
  };
};

// A TCP connection with blocking calls and a time limit, so that a failing test ends.
class RawClient {
 public:
  explicit RawClient(uint16_t port) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    timeval limit{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~RawClient() { close(); }
  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void shutdown_send() { ::shutdown(fd_, SHUT_WR); }
  void reset() {
    linger option{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &option, sizeof option);
    close();
  }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  // Up to and including `end`; what was read so far when the connection ends first.
  std::string read_until(std::string_view end) {
    while (in_.find(end) == std::string::npos && fill()) {
    }
    size_t at = in_.find(end);
    return take(at == std::string::npos ? in_.size() : at + end.size());
  }
  std::string read_bytes(size_t n) {
    while (in_.size() < n && fill()) {
    }
    return take(std::min(n, in_.size()));
  }
  std::string read_all() {
    while (fill()) {
    }
    return take(in_.size());
  }
  // One response with Content-Length: its head and its body.
  std::string read_response(std::string* body = nullptr) {
    std::string head = read_until("\r\n\r\n");
    size_t at = head.find("Content-Length: ");
    std::string text = at == std::string::npos ? "" : read_bytes(std::stoul(head.substr(at + 16)));
    if (body != nullptr) *body = text;
    return head;
  }
  std::string read_body() {
    std::string body;
    read_response(&body);
    return body;
  }

 private:
  bool fill() {
    char buffer[16384];
    ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) return false;
    in_.append(buffer, static_cast<size_t>(n));
    return true;
  }
  std::string take(size_t n) {
    std::string out = in_.substr(0, n);
    in_.erase(0, n);
    return out;
  }
  int fd_ = -1;
  bool connected_ = false;
  std::string in_;
};

// TLS over a RawClient, trusting one CA file.
class TlsClient {
 public:
  TlsClient(RawClient& raw, const std::string& ca_path, const char* name) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_locations(context_, ca_path.c_str(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, raw.fd());
    if (name != nullptr) {
      SSL_set_tlsext_host_name(ssl_, name);
      SSL_set1_host(ssl_, name);
    }
    ok_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool ok() const { return ok_; }
  SSL* ssl() { return ssl_; }
  void write(std::string_view bytes) {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  // REQUIRES: the server sends nothing after `end`.
  std::string read_until(std::string_view end) {
    std::string in;
    char buffer[16384];
    while (!in.ends_with(end)) {
      int n = SSL_read(ssl_, buffer, sizeof buffer);
      if (n <= 0) break;
      in.append(buffer, static_cast<size_t>(n));
    }
    return in;
  }

 private:
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool ok_ = false;
};

// Lets a test wait for what another thread does.
class Signal {
 public:
  void set() {
    std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpServer::Options options = {}) {
    ASSERT_TRUE(runtime_.start().ok());
    server_ = std::make_unique<HttpServer>(runtime_, handler_, std::move(options));
    ASSERT_TRUE(server_->start().ok());
  }
  void start_with_limits(HttpServer::Limits limits) {
    HttpServer::Options options;
    options.limits = limits;
    start(std::move(options));
  }
  void TearDown() override {
    if (server_) server_->stop(0);
    runtime_.stop();
  }
  uint16_t port() const { return server_->port(); }
  std::string ask(const std::string& text) {
    RawClient client(port());
    client.write(text);
    client.shutdown_send();
    return client.read_all();
  }

  ScriptedHandler handler_;
  Runtime runtime_{system_clock(), {.io_threads = 2}};
  std::unique_ptr<HttpServer> server_;
};

}  // namespace millrace::net
