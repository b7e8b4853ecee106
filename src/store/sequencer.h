// The sequencer: the one place where transactions get their order. It validates a transaction
// against everything ordered before it, gives it its version, and spells out its writes: appended
// keys with their suffix, counters with their sum.
//
// An engine's committer owns one and calls it under its own serialization (not thread-safe).
#pragma once

#include <string_view>

#include "store/conflict.h"
#include "store/store.h"
#include "store/txn.h"

namespace millrace::store {

// Where the spelled-out writes go. They take effect in the order they come in.
class OpSink {
 public:
  virtual ~OpSink() = default;
  // The newest value of `key`, with all that came into this sink so far.
  virtual Result<std::optional<std::string>> current(std::string_view key) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void del(std::string_view key) = 0;
};

class Sequencer {
 public:
  explicit Sequencer(CommitVersion last_version)
      : last_version_(last_version), detector_(last_version) {}

  struct Outcome {
    // The version given to the transaction, or the version that it conflicts with.
    CommitVersion version = 0;
    bool conflict = false;
  };

  // A version is its predecessor plus the transaction's number of writes (at least one), so an
  // engine that numbers its writes one by one can use its own numbers as versions. Fails only if a
  // counter cannot be read; then nothing may be committed any more. Empties `txn` on success.
  Result<Outcome> sequence(TxnImpl& txn, OpSink& sink);

  CommitVersion last_version() const { return last_version_; }

 private:
  CommitVersion last_version_;
  ConflictDetector detector_;
};

Error conflict_error();

}  // namespace millrace::store
