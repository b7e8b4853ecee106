// ShardIterator: a place in a shard that a client carries about as an opaque text, with the time it
// was given out. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "svc/dynamodb/stream_record.h"

namespace millrace::dynamodb {

struct ShardIterator {
  enum class Start : uint8_t { kTrimHorizon = 0, kAt = 1, kAfter = 2 };
  std::string stream_arn;
  Start start = Start::kTrimHorizon;
  SequencePosition position;  // kAt, kAfter
  Instant issued;

  std::string to_string() const;
  // Nothing for a text that is not one of ours.
  static std::optional<ShardIterator> parse(std::string_view text);
};

}  // namespace millrace::dynamodb
