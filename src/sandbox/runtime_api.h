// The Lambda Runtime API, version 2018-06-01, as a state machine without I/O: one RuntimeApi per
// environment, fed with the bytes of the connections that its process opened, telling a delegate
// what happened and what to send. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//
// The bytes come from function code and are hostile: heads and bodies are bounded, what cannot be
// parsed ends the connection, and no input leads to more than an answer and a state.
// Threads: belongs to one thread at a time. A delegate method may call start_invoke() but must not
// destroy the RuntimeApi.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace millrace::sandbox {

// What the process sees of an invoke.
struct RuntimeInvocation {
  std::string request_id;
  std::string payload;
  std::string invoked_function_arn;
  std::string trace_id;
  std::string client_context;
  std::string cognito_identity;
  int64_t deadline_ms = 0;  // wall clock
};

class RuntimeApi {
 public:
  // AWS: 6 MB plus 100 bytes.
  static constexpr size_t kResponseBytesMax = 6'291'556;
  static constexpr size_t kHeadBytesMax = 32 * 1024;
  static constexpr int kConnectionsMax = 64;
  // Of a body that is too large, this much is read to its end; beyond it the connection is closed.
  static constexpr size_t kDrainedBytesMax = 32 << 20;

  using ConnectionId = int;

  class Delegate {
   public:
    virtual ~Delegate() = default;
    virtual void send(ConnectionId connection, std::string bytes) = 0;
    virtual void close(ConnectionId connection) = 0;
    // The process asks for work: init is over, or the previous invoke is.
    virtual void on_waiting() = 0;
    virtual void on_response(std::string payload) = 0;
    // `type` is Lambda-Runtime-Function-Error-Type.
    virtual void on_error(std::string payload, std::string type) = 0;
    virtual void on_response_too_large() = 0;
    virtual void on_init_error(std::string payload, std::string type) = 0;
  };

  explicit RuntimeApi(Delegate& delegate) : delegate_(delegate) {}

  // False: too many connections; the caller closes it.
  bool connect(ConnectionId connection);
  void disconnect(ConnectionId connection);
  void receive(ConnectionId connection, std::string_view bytes);

  // Gives the process its next invocation. REQUIRES: is_waiting().
  void start_invoke(RuntimeInvocation invocation);

  bool is_waiting() const { return state_ == State::kWaiting; }
  bool is_initialised() const { return state_ != State::kInit; }

 private:
  enum class State {
    kInit,       // no /next yet
    kWaiting,    // a /next is open
    kRunning,    // an invocation was handed out
    kAnswered,   // it was answered; the next /next is awaited
    kInitError,  // /init/error was posted
  };
  enum class BodyKind { kLength, kChunked };
  struct Connection {
    std::string in;
    size_t at = 0;     // of `in`, how far it is used; what is used goes once a receive()
    std::string held;  // answers that travel with the next invocation
    // The request whose body is being read.
    bool in_body = false;
    BodyKind body_kind = BodyKind::kLength;
    size_t body_left = 0;
    size_t chunk_left = 0;
    bool in_trailers = false;
    bool body_too_large = false;
    size_t body_bytes = 0;  // with what was too much
    std::string body;

    std::string_view unread() const { return std::string_view(in).substr(at); }
    std::string method, path, error_type;
    bool close_after = false;
    bool is_waiting = false;  // its /next is open
  };

  // Each returns false when more bytes are needed or the connection is gone.
  bool read_head(ConnectionId id, Connection& c);
  bool read_body(ConnectionId id, Connection& c);
  bool read_chunked(ConnectionId id, Connection& c);
  // False: it has no end, and the connection is gone.
  bool take_body(ConnectionId id, Connection& c, std::string_view bytes);
  static void compact(Connection& c);
  void fail(ConnectionId id, std::string_view status);

  void dispatch(ConnectionId id, Connection& c);
  void handle_next(ConnectionId id, Connection& c);
  void handle_result(Connection& c, std::string_view request_id, std::string_view what);
  void handle_init_error(Connection& c);
  void answer(Connection& c, std::string_view status, std::string_view body);
  void refuse_transition(Connection& c);
  void flush(ConnectionId id, Connection& c);

  Delegate& delegate_;
  State state_ = State::kInit;
  std::string request_id_;
  std::map<ConnectionId, Connection> connections_;
};

}  // namespace millrace::sandbox
