// The writing half of Session.
#include <fmt/format.h>
#include <sys/uio.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "base/log.h"
#include "net/http_session.h"

namespace millrace::net {
namespace asio = boost::asio;
namespace {

constexpr size_t kInlineBodyBytesMax = 32 * 1024;  // copied behind the head; larger goes in pieces
constexpr size_t kPieceBytes = 256 * 1024;
constexpr int64_t kLingerMs = 2'000;

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

std::optional<uint64_t> body_length(const Body& body) {
  if (const auto* text = std::get_if<std::string>(&body)) return text->size();
  if (const auto* file = std::get_if<FileBody>(&body)) return file->length;
  return std::get<std::unique_ptr<BodySource>>(body)->length();
}

// Reads up to `out`'s size at `offset`; `flags` as preadv2's.
ssize_t read_at(int fd, uint64_t offset, std::string& out, int flags) {
  iovec iov{out.data(), out.size()};
  ssize_t n;
  do {
    n = preadv2(fd, &iov, 1, static_cast<off_t>(offset), flags);
  } while (n < 0 && errno == EINTR);
  return n;
}

}  // namespace

void Session::answer(Response response) {
  auto deliver = [self = shared_from_this(), response = std::move(response)]() mutable {
    if (self->state_ != State::kHandling) return;
    self->answer_ = std::move(response);
    self->pump();
  };
  asio::dispatch(*shard_->io, std::move(deliver));
}

void Session::run_on_io(std::function<void()> fn) {
  asio::dispatch(*shard_->io, [self = shared_from_this(), fn = std::move(fn)] { fn(); });
}

bool Session::take_answer() {
  if (!answer_) return false;
  Response response = std::move(*answer_);
  answer_.reset();
  begin_response(std::move(response));
  return true;
}

void Session::write_head(const Response& response, std::optional<uint64_t> length) {
  std::string_view reason = reason_phrase(response.status);
  fmt::format_to(std::back_inserter(out_), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason, shard_->date(server_->runtime.clock().now()));
  out_ += response.header_lines();
  if (length && !(has_no_body(response.status) && response.status != 304)) {
    fmt::format_to(std::back_inserter(out_), "Content-Length: {}\r\n", *length);
  } else if (is_chunked_answer_) {
    out_ += "Transfer-Encoding: chunked\r\n";
  }
  if (!keep_alive_) {
    out_ += "Connection: close\r\n";
  } else if (version_minor_ == 0) {
    out_ += "Connection: keep-alive\r\n";
  }
  out_ += "\r\n";
}

void Session::begin_response(Response response) {
  if (response.close || server_->draining) keep_alive_ = false;
  bool body_is_sent = !head_only_ && !has_no_body(response.status);
  std::optional<uint64_t> length = body_length(response.body);
  if (!body_is_sent && response.head_length) length = response.head_length;
  if (response.status == 304 && !response.head_length) length.reset();
  is_chunked_answer_ = !length && !has_no_body(response.status) && version_minor_ == 1;
  if (!length && version_minor_ == 0 && body_is_sent)
    keep_alive_ = false;  // ends with the connection
  write_head(response, length);
  if (!body_is_sent) {
    end_response();
    return;
  }
  auto* text = std::get_if<std::string>(&response.body);
  if (text != nullptr && text->size() <= kInlineBodyBytesMax) {
    out_ += *text;
    end_response();
    return;
  }
  body_ = std::move(response.body);
  text_sent_ = 0;
  state_ = State::kSending;
  if (!is_writing_) send_piece();  // else on_written() goes on
}

// Appends the next piece of body_ to out_ and writes, or ends the response. REQUIRES: no write is
// outstanding.
void Session::send_piece() {
  if (auto* text = std::get_if<std::string>(&body_)) {
    size_t n = std::min(kPieceBytes, text->size() - text_sent_);
    if (n == 0) {
      end_response();
    } else {
      out_.append(*text, text_sent_, n);
      text_sent_ += n;
    }
    flush();
  } else if (std::holds_alternative<FileBody>(body_)) {
    send_file_piece();
  } else {
    flush();
    ask_source();
  }
}

void Session::send_file_piece() {
  FileBody& file = std::get<FileBody>(body_);
  if (file.length == 0) {
    end_response();
    flush();
    return;
  }
  std::string piece(std::min<uint64_t>(file.length, kPieceBytes), '\0');
  // What the page cache has is sent from here; what needs the disk is read by a worker.
  ssize_t n = read_at(file.file->fd(), file.offset, piece, RWF_NOWAIT);
  if (n > 0) {
    piece.resize(static_cast<size_t>(n));
    file_piece_read(std::move(piece));
    return;
  }
  source_busy_ = true;
  auto job = [self = shared_from_this(), handle = file.file, offset = file.offset,
              size = piece.size()] {
    std::string bytes(size, '\0');
    ssize_t got = read_at(handle->fd(), offset, bytes, 0);
    bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
    asio::post(*self->shard_->io, [self, bytes = std::move(bytes)]() mutable {
      self->source_busy_ = false;
      self->file_piece_read(std::move(bytes));
    });
  };
  if (server_->runtime.try_post(job).ok()) {
    flush();
    return;
  }
  job();  // no worker is free: better slow than broken off
}

void Session::file_piece_read(std::string bytes) {
  if (state_ != State::kSending) return;
  FileBody& file = std::get<FileBody>(body_);
  if (bytes.empty()) {
    spdlog::warn("a file that is being sent ended early");
    close();
    return;
  }
  file.offset += bytes.size();
  file.length -= bytes.size();
  if (out_.empty()) {
    out_ = std::move(bytes);
  } else {
    out_ += bytes;
  }
  flush();
}

void Session::ask_source() {
  source_busy_ = true;
  auto done = [self = shared_from_this()](Result<std::string> piece) {
    auto deliver = [self, piece = std::move(piece)]() mutable {
      self->source_busy_ = false;
      self->source_piece(std::move(piece));
    };
    asio::post(*self->shard_->io, std::move(deliver));
  };
  std::get<std::unique_ptr<BodySource>>(body_)->next(std::move(done));
}

void Session::source_piece(Result<std::string> piece) {
  if (state_ != State::kSending) return;
  if (!piece.ok()) {
    spdlog::warn("a streamed answer broke off: {}", piece.error().to_string());
    close();
    return;
  }
  if (piece->empty()) {
    if (is_chunked_answer_) out_ += "0\r\n\r\n";
    end_response();
    pump();
    return;
  }
  if (is_chunked_answer_) {
    fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece->size());
    out_ += *piece;
    out_ += "\r\n";
  } else {
    out_ += *piece;
  }
  flush();
}

void Session::end_response() {
  body_ = std::string();
  exchange_.reset();
  state_ = keep_alive_ ? State::kHead : State::kClosing;
  set_deadline(server_->options.limits.keep_alive_timeout_ms);
}

void Session::flush() {
  if (is_writing_ || out_.empty() || state_ == State::kClosed || state_ == State::kHandshake)
    return;
  is_writing_ = true;
  write_deadline_us_ =
      system_clock().monotonic_us() + server_->options.limits.write_idle_timeout_ms * 1'000;
  writing_.swap(out_);
  out_.clear();
  auto done = [self = shared_from_this()](ErrorCode ec, size_t) { self->on_written(ec); };
  auto buffer = asio::buffer(writing_);
  if (is_tls_) {
    asio::async_write(*tls_, buffer, std::move(done));
  } else {
    asio::async_write(socket_, buffer, std::move(done));
  }
}

void Session::on_written(ErrorCode ec) {
  is_writing_ = false;
  write_deadline_us_ = INT64_MAX;
  if (writing_.capacity() > kPieceBytes) writing_ = std::string();
  writing_.clear();
  if (state_ == State::kClosed) return;
  if (ec) {
    close();
    return;
  }
  if (state_ == State::kSending && out_.empty() && !source_busy_) send_piece();
  pump();
}

bool Session::finish_closing() {
  if (is_writing_ || !out_.empty()) return false;
  if (eof_ || (!has_unread_body() && in_.empty())) {
    close();
  } else {
    linger();
  }
  return false;
}

// Closing with unread bytes in the socket would reset the connection and could take the answer with
// it: say that we are done, and drop what still comes for a while.
void Session::linger() {
  state_ = State::kLinger;
  ErrorCode ec;
  socket_.shutdown(Socket::shutdown_send, ec);
  in_.consume(in_.size());
  set_deadline(kLingerMs);
}

}  // namespace millrace::net
