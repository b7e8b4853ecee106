// Cloud: the whole server as one object: store, services, ports, sockets. main() gives it its
// options and owns it; tests start several in one process.
//
// What is started is stopped in the opposite order: first the listener (requests in progress end),
// then the services' background work, then the store is flushed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/http_server.h"
#include "server/authenticator.h"
#include "server/functions.h"
#include "server/notices.h"
#include "store/store.h"

namespace millrace::server {

struct CloudOptions {
  std::string data_dir;
  std::string listen = "127.0.0.1";
  uint16_t port = 0;
  AuthMode auth = AuthMode::kEnforce;
  std::vector<std::string> allowed_origins;  // web pages that may use keys nobody issued
  std::string public_url;                    // empty: from the address
  std::string account = "000000000000";
  std::string region = "us-east-1";
  std::string root_access_key_id;
  std::string root_secret_access_key;
  std::string installation_key;  // 32 bytes
  store::Durability durability = store::Durability::kSync;
  size_t block_cache_bytes = 64 << 20;
  int io_threads = 0;
  int worker_threads = 64;
  net::HttpServer::Limits limits;
  int64_t drain_ms = 10'000;
  FunctionOptions functions;
  NoticeOptions notices;
};

class Cloud {
 public:
  // REQUIRES: data_dir exists and is ours alone. Listening when it returns.
  static Result<std::unique_ptr<Cloud>> start(CloudOptions options);
  ~Cloud();  // stop()

  uint16_t port() const;
  const std::string& url() const;
  // Drains and flushes. Idempotent.
  Status stop();

 private:
  struct Impl;
  explicit Cloud(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace millrace::server
