// How far a replication has come, as its row in the coordination table tells anybody. Blocking; for
// command lines.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "client/client.h"
#include "keeper/coordination.h"

namespace millrace::keeper {

class ReplicationWatch {
 public:
  // `table` empty: there is none. `patience_ms` is for all waits together.
  ReplicationWatch(client::Client& target, std::string table, std::string task, const Clock& clock,
                   int64_t patience_ms);

  // Whether a replication of that name is known. Errors: the endpoint's.
  Result<bool> find();

  // Waits until the target has everything that the source had when this was called. Gives an empty
  // text, or why that did not come true: the copy is not complete, the lag does not end, or no
  // worker runs. Without a replication: at once.
  Result<std::string> wait_for_now();

 private:
  Result<std::optional<MetaRow>> read();

  client::Client& target_;
  const std::string table_;
  const std::string task_;
  const Clock& clock_;
  int64_t patience_ms_;
  bool found_ = false;
};

}  // namespace millrace::keeper
