// PieceSource: sends an aws::Body that consists of pieces. Files are opened and read by workers,
// one at a time.
#pragma once

#include <memory>

#include "aws/body.h"
#include "base/clock.h"
#include "net/http_message.h"

namespace millrace::server {

class PieceSource final : public net::BodySource {
 public:
  // `runner` outlives every answer.
  PieceSource(std::shared_ptr<const aws::Pieces> pieces, TaskRunner& runner);

  std::optional<uint64_t> length() const override;
  void next(std::function<void(Result<std::string>)> done) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
  TaskRunner& runner_;
};

}  // namespace millrace::server
