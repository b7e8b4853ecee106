#include "server/piece_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace millrace::server {
namespace {

constexpr uint64_t kReadBytes = 256 * 1024;

}  // namespace

// Shared with the worker that reads: the answer may be given up meanwhile.
struct PieceSource::State {
  std::shared_ptr<const aws::Pieces> pieces;
  size_t index = 0;   // of the piece in hand
  uint64_t sent = 0;  // of it
  std::shared_ptr<aws::OpenFile> file;

  Result<std::string> read() {
    while (index < pieces->list.size() && sent == pieces->list[index].length) {
      ++index;
      sent = 0;
      file.reset();
    }
    if (index == pieces->list.size()) return std::string();
    const aws::Pieces::Piece& piece = pieces->list[index];
    if (piece.path.empty()) {
      sent = piece.length;
      return piece.bytes;
    }
    if (!file) {
      MR_ASSIGN(file, aws::open_piece(piece));
    }
    std::string bytes(std::min(kReadBytes, piece.length - sent), '\0');
    ssize_t n;
    do {
      n = pread(file->fd(), bytes.data(), bytes.size(), static_cast<off_t>(piece.offset + sent));
    } while (n < 0 && errno == EINTR);
    if (n <= 0) return Error::internal("an object's file cannot be read to its end");
    bytes.resize(static_cast<size_t>(n));
    sent += bytes.size();
    return bytes;
  }
};

PieceSource::PieceSource(std::shared_ptr<const aws::Pieces> pieces, TaskRunner& runner)
    : state_(std::make_shared<State>()), runner_(runner) {
  state_->pieces = std::move(pieces);
}

std::optional<uint64_t> PieceSource::length() const { return state_->pieces->size(); }

void PieceSource::next(std::function<void(Result<std::string>)> done) {
  auto job = [state = state_, done = std::move(done)] { done(state->read()); };
  if (!runner_.try_post(job).ok()) job();  // no worker is free: better slow than broken off
}

}  // namespace millrace::server
