// Session: one accepted connection of an HttpServer. Everything runs on the connection's io thread,
// except Session::answer(). One read and one write may be outstanding at a time.
//
//   kSniff -> (kHandshake) -> kHead -> kBody -> kHandling -> kSending -> kHead ...
//                                                      any -> kClosing (-> kLinger) -> kClosed
//
// pump() runs states forward as long as the bytes at hand allow; completions call it again. Answers
// of pipelined requests gather in out_ and leave in one write. While a request is handled the
// session goes on reading (to a limit), which is how a client's leaving is noticed.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "net/http_parser.h"
#include "net/http_server.h"
#include "net/read_buffer.h"
#include "net/runtime.h"

namespace millrace::net {

class Session;

// What all sessions of a server share. Lives as long as the last of them.
struct ServerShared {
  ServerShared(Runtime& r, Handler& h, HttpServer::Options o)
      : runtime(r), handler(h), options(std::move(o)) {}
  Runtime& runtime;
  Handler& handler;
  const HttpServer::Options options;
  std::unique_ptr<boost::asio::ssl::context> tls;
  std::atomic<bool> draining{false};

  void connection_opened();
  void connection_closed();
  // False when connections remain after `timeout_ms`.
  bool wait_for_none(int64_t timeout_ms);
  size_t connections();

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  size_t connections_ = 0;
};

// The sessions of one io thread. Used on that thread only.
struct Shard {
  explicit Shard(std::shared_ptr<boost::asio::io_context> context)
      : io(std::move(context)), sweep(*io) {}
  std::shared_ptr<boost::asio::io_context> io;
  boost::asio::steady_timer sweep;
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions;

  // The Date header's value at `now`.
  std::string_view date(Instant now);

 private:
  std::string date_;
  int64_t date_seconds_ = -1;
};

// Shared by the Responder's copies; see http_server.h.
class Exchange {
 public:
  explicit Exchange(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  ~Exchange();
  void send(Response response);
  bool client_gone() const { return gone_.load(); }
  void on_client_gone(std::function<void()> fn);
  void set_client_gone();
  void run_on_io(std::function<void()> fn);

 private:
  const std::shared_ptr<Session> session_;
  std::atomic<bool> answered_{false};
  std::atomic<bool> gone_{false};
  std::mutex mutex_;
  std::function<void()> on_gone_;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<ServerShared> server, std::shared_ptr<Shard> shard,
          boost::asio::ip::tcp::socket socket);
  ~Session();

  void start();
  // Any thread; once for each dispatched request.
  void answer(Response response);
  // Any thread.
  void run_on_io(std::function<void()> fn);
  // Closes what has passed its deadline.
  void check_deadline(int64_t now_us);
  // Closes an idle connection; one with a request in progress closes after its answer.
  void drain();
  void close();

 private:
  enum class State {
    kSniff,
    kHandshake,
    kHead,
    kBody,
    kHandling,
    kSending,
    kClosing,
    kLinger,
    kClosed
  };
  using Socket = boost::asio::ip::tcp::socket;
  using ErrorCode = boost::system::error_code;

  // Reading (http_session.cc). The step functions return false when they wait for something.
  void pump();
  bool step();
  bool sniff();
  void start_handshake();
  bool take_head();
  void open_tunnel(const RequestHead& head);
  bool plan_body();
  bool take_body();
  bool take_buffered_body();
  bool take_streamed_body();
  void start_sink_job();
  void sink_job_done(Status status);
  void dispatch();
  void body_too_large();
  // Answers with an error of the HTTP layer and ends the connection.
  void refuse(const Error& error);
  void maybe_read();
  void on_read(ErrorCode ec, size_t n);
  void on_eof(ErrorCode ec);

  // Writing (http_session_write.cc).
  bool take_answer();
  void begin_response(Response response);
  void write_head(const Response& response, std::optional<uint64_t> length);
  void send_piece();
  void send_file_piece();
  void file_piece_read(std::string bytes);
  void ask_source();
  void source_piece(Result<std::string> piece);
  void end_response();
  void flush();
  void on_written(ErrorCode ec);
  bool finish_closing();
  void linger();

  void set_deadline(int64_t timeout_ms);
  void start_body_deadline();
  bool has_unread_body() const { return !decoder_.done(); }

  const std::shared_ptr<ServerShared> server_;
  const std::shared_ptr<Shard> shard_;
  Socket socket_;
  std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
  std::shared_ptr<const Connection> connection_;
  State state_ = State::kSniff;
  bool is_tls_ = false;
  bool in_tunnel_ = false;
  bool pumping_ = false;
  bool reading_ = false;
  bool eof_ = false;
  int64_t deadline_us_ = INT64_MAX;
  int64_t write_deadline_us_ = INT64_MAX;

  ReadBuffer in_;
  HeadScanner scanner_;
  bool head_started_ = false;
  bool keep_alive_ = true;
  bool head_only_ = false;  // HEAD: the answer's body is not sent
  int version_minor_ = 1;
  Request request_;
  BodyDecoder decoder_;
  uint64_t body_bytes_ = 0;
  uint64_t body_bytes_max_ = 0;
  int64_t body_start_us_ = 0;
  std::string chunk_;  // payload for the sink, gathered while it is busy
  bool sink_busy_ = false;
  bool sink_finished_ = false;
  std::function<std::optional<Response>(size_t bytes)> admit_;  // of the body that is buffered
  bool body_overflows_ = false;
  std::weak_ptr<Exchange> exchange_;
  std::optional<Response> answer_;

  std::string out_;      // to be written
  std::string writing_;  // being written
  bool is_writing_ = false;
  Body body_;  // the rest of the answer being sent
  size_t text_sent_ = 0;
  bool source_busy_ = false;
  bool is_chunked_answer_ = false;
  size_t lingered_bytes_ = 0;
};

}  // namespace millrace::net
