// ApiHandler: every request that arrives, from its head to its answer. It finds out what is asked
// (router), by whom (authenticator), reads the input (aws/protocol), runs the operation
// (svc/executor) and renders what comes of it; requests for deployed APIs and for our own paths go
// to their handlers.
//
// Threads: runs on io threads and holds none while an operation waits. Bodies of streaming
// operations are received by workers (body_receiver.h).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/http_server.h"
#include "server/authenticator.h"
#include "server/body_receiver.h"
#include "server/router.h"
#include "svc/executor.h"

namespace millrace::server {

// One of our own paths (/_millrace/...): see admin.h.
class OwnPaths {
 public:
  virtual ~OwnPaths() = default;
  virtual void handle(net::Request request, net::Responder responder) = 0;
  // Whether whoever may connect may call it, in every mode (health).
  virtual bool is_public(std::string_view path) const = 0;
};

// The data plane of deployed APIs and function URLs. `identity` is an error when the request
// carries a signature that does not hold.
class DataPlane {
 public:
  virtual ~DataPlane() = default;
  virtual void handle(const Route& route, net::Request request, Result<Identity> identity,
                      net::Responder responder) = 0;
  virtual net::Response body_too_large(const Route& route) = 0;
};

// Answers S3's preflights and adds CORS headers by the bucket's rules.
class BucketCors {
 public:
  virtual ~BucketCors() = default;
  virtual net::Response preflight(const std::string& bucket, const net::RequestHead& head) = 0;
  virtual void add_headers(const std::string& bucket, const net::RequestHead& head,
                           net::Response& response) = 0;
  // Whether the bucket's owner lets pages of the request's origin send it.
  virtual bool admits(const std::string& bucket, const net::RequestHead& head) = 0;
};

class ApiHandler final : public net::Handler {
 public:
  struct Options {
    std::string default_region = "us-east-1";
    std::string incoming_dir;  // where received bodies go
    // Bodies that are held in memory, all together.
    uint64_t buffered_bytes_max = uint64_t{1} << 30;
  };
  // All outlive the handler and its pending requests. `data_plane` and `cors` may be null.
  struct Parts {
    const Router* router = nullptr;
    const Authenticator* authenticator = nullptr;
    svc::Executor* executor = nullptr;
    OwnPaths* own_paths = nullptr;
    DataPlane* data_plane = nullptr;
    BucketCors* cors = nullptr;
    TaskRunner* runner = nullptr;
  };
  ApiHandler(Parts parts, Options options);

  net::BodyPlan on_head(const net::RequestHead& head) override;
  void on_request(net::Request request, net::Responder responder) override;
  net::Response on_body_too_large(const net::RequestHead& head) override;

 private:
  struct Pending;
  using PendingPtr = std::shared_ptr<Pending>;

  net::BodyPlan plan_streaming(const net::RequestHead& head, const PendingPtr& pending);
  std::optional<net::Response> admit(Pending& pending, const net::RequestHead& head, size_t bytes);
  void run_operation(const PendingPtr& pending);
  // That no foreign web page uses a key that nobody issued; a bucket's CORS rules may admit it.
  Status check_page(const Pending& pending, const net::RequestHead& head,
                    const Identity& identity) const;
  // Whether this request may use our own paths beyond the public ones.
  Status check_admin(const net::RequestHead& head, std::string_view body) const;
  Status finish_body(Pending& pending, aws::Body& body) const;
  Result<std::shared_ptr<void>> read_input(Pending& pending, aws::Body body) const;
  Status authenticate(Pending& pending, std::string_view body) const;
  svc::Call make_call(const Pending& pending) const;
  net::Response render(Pending& pending, Result<std::shared_ptr<void>> output) const;
  net::Response render_error(const Pending& pending, const net::RequestHead& head,
                             const Error& error) const;
  static Error too_large_error(const Pending& pending, const net::RequestHead& head);
  void handle_own_path(const PendingPtr& pending);
  void handle_data_plane(const PendingPtr& pending);

  const Parts parts_;
  const Options options_;
  std::atomic<uint64_t> buffered_bytes_{0};
};

}  // namespace millrace::server
