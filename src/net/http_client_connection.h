// One connection of an HttpClient, and the request it is carrying. Everything runs on its io
// thread. It is owned by the client's list of connections and by its own pending operations.
//
// connect -> write and read at once (a server may answer before it has read all) -> idle -> next.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "net/http_client.h"
#include "net/http_parser.h"
#include "net/read_buffer.h"
#include "net/runtime.h"

namespace millrace::net {

struct Url {
  bool is_https = false;
  std::string host;  // without brackets
  std::string port;
  std::string authority;  // as in the URL; for the Host header
  std::string target;     // path and query
  std::string origin() const { return (is_https ? "https://" : "http://") + host + ":" + port; }
};
Result<Url> parse_url(std::string_view text);

class ClientConnection;

// What the connections of one client share.
struct ClientShared : std::enable_shared_from_this<ClientShared> {
  ClientShared(Runtime& r, HttpClient::Options o) : runtime(r), options(std::move(o)) {}
  Runtime& runtime;
  const HttpClient::Options options;
  std::unique_ptr<boost::asio::ssl::context> tls;  // set by prepare_tls()

  // Reads the trusted certificates, once and not before the first https URL: the system's bundle
  // takes longer than the start of a server. Error: InvalidParameterValue, an unusable CA file.
  Status prepare_tls();
  // An idle or new connection to `origin`; null when there are too many or the client has stopped.
  std::shared_ptr<ClientConnection> acquire(const std::string& origin);
  // False: the connection is not wanted any more.
  bool put_idle(const std::shared_ptr<ClientConnection>& connection);
  // True: it was idle and is now out of the pool.
  bool take_idle(ClientConnection* connection);
  void remove(ClientConnection* connection);
  void stop();

 private:
  struct Origin {
    std::list<std::shared_ptr<ClientConnection>> idle;  // last used in front
    size_t count = 0;
  };
  std::once_flag tls_once_;
  std::string tls_error_;
  std::mutex mutex_;
  std::condition_variable none_;
  bool stopped_ = false;
  std::unordered_map<ClientConnection*, std::shared_ptr<ClientConnection>> all_;
  std::map<std::string, Origin> origins_;
};

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(std::shared_ptr<ClientShared> client, std::string origin,
                   std::shared_ptr<boost::asio::io_context> io);
  // Any thread; once between a callback and the next.
  void begin(ClientRequest request, Url url, HttpClient::Callback done);
  // Any thread. Ends the request in progress with an error.
  void shut();
  const std::string& origin() const { return origin_; }

 private:
  using Tcp = boost::asio::ip::tcp;
  using ErrorCode = boost::system::error_code;

  void start();
  void resolve();
  void connect(Tcp::resolver::results_type endpoints);
  void handshake();
  void start_request();
  std::string render_head() const;
  void write(std::string bytes);
  void on_written(ErrorCode ec);
  void write_file_piece();
  void read();
  void on_read(ErrorCode ec, size_t n);
  void on_idle_read();
  // Returns false when it waits for bytes, for the sink, or when the request has ended.
  bool step();
  bool take_head();
  bool take_body();
  void give_to_sink(std::string_view payload, size_t consumed);
  void finish();
  void fail(std::string_view what);
  void fail(Error error);
  void deliver(Result<ClientResponse> response);
  void close();
  void close_socket();
  void set_deadline(int64_t timeout_ms, const char* what);
  void arm_timer();

  const std::shared_ptr<ClientShared> client_;
  const std::string origin_;
  const std::shared_ptr<boost::asio::io_context> io_;
  Tcp::resolver resolver_;
  std::unique_ptr<Tcp::socket> socket_;
  std::unique_ptr<boost::asio::ssl::stream<Tcp::socket&>> tls_;
  boost::asio::steady_timer timer_;
  bool timer_armed_ = false;
  int64_t deadline_us_ = INT64_MAX;
  const char* deadline_of_ = "";

  bool is_open_ = false;
  bool is_idle_ = false;
  bool shut_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool eof_ = false;
  uint64_t generation_ = 0;  // of the socket; completions of an older one are ignored
  ReadBuffer in_;
  std::string out_;

  ClientRequest request_;
  Url url_;
  HttpClient::Callback done_;  // empty: no request in progress
  Sent sent_ = Sent::kNever;
  bool request_written_ = false;
  HeadScanner scanner_;
  bool has_head_ = false;
  bool keep_alive_ = false;
  bool sink_busy_ = false;
  BodyDecoder decoder_;
  ClientResponse response_;
};

}  // namespace millrace::net
