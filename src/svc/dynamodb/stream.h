// Stream: one stream of a table, from the moment it is switched on until 24 hours after it was
// switched off. A table has at most one that is on; switching on again makes a new one with a new
// ARN.
#pragma once

#include <optional>
#include <string>

#include "svc/dynamodb/stream_record.h"
#include "svc/dynamodb/table.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

struct StreamDescriptor {
  svc::Scope scope;
  std::string table_name;
  std::string label;
  uint64_t id = 0;
  std::string view_type;
  KeySchema key;
  Instant created;
  std::optional<Instant> disabled_at;
  SequencePosition first;  // every record is at or behind it

  std::string arn() const;
  std::string shard_id() const;
  // Prefix of the keys of its records.
  std::string records_prefix() const;
};

// Switches a stream on, in the table and beside it; the caller saves the table.
Status enable_stream(svc::Context& ctx, Table& table, std::string view_type);
// REQUIRES: the table has a stream.
Status disable_stream(svc::Context& ctx, Table& table);

// By the parts of its ARN; null where there is none.
Result<std::optional<StreamDescriptor>> find_stream(store::Txn& txn, const svc::Scope& scope,
                                                    std::string_view table_name,
                                                    std::string_view label);
// By its ARN. Errors: ValidationException for what is no stream ARN, ResourceNotFoundException.
Result<StreamDescriptor> stream_by_arn(svc::Context& ctx, std::string_view arn);

// Streams of the region (or of one table), in the order of table and label; `after` both empty:
// from the first.
struct StreamListing {
  std::vector<StreamDescriptor> streams;
  bool more = false;
};
Result<StreamListing> list_all_streams(svc::Context& ctx, std::string_view table_name,
                                       std::string_view after_table, std::string_view after_label,
                                       size_t limit);

// Everything up to and including it is gone from the shard.
Result<std::optional<SequencePosition>> trimmed_through(store::Txn& txn,
                                                        const StreamDescriptor& stream);
// Removes records older than 24 hours, at most `count_max`; the descriptor itself when the stream
// was switched off as long ago. True when there may be more to do at once.
struct TrimResult {
  bool more = false;
  bool stream_gone = false;
};
Result<TrimResult> trim_stream(store::Txn& txn, const StreamDescriptor& stream, Instant now,
                               int count_max);

}  // namespace millrace::dynamodb
