// The coordination table, in the target region so that one transaction can hold it and the data.
// Rows, by sort key `k` under the task's id `t` (docs/formats.md):
//
//   META       state ANCHOR|COPY|LIVE, ph COPY|LIVE, fence, owner, worker, beat, stream, wm (ms),
//              segments
//   S#<shard>  fence, ph COPY|LIVE, ckpt, state PENDING|READY|DONE, made (ms), wm (ms), parent
//   C#<n>      fence, state RUN|DONE, page, lek (JSON), n
//   P#<digest> key (JSON), seq, error: a parked key (keeper/parked.h)
//
// `fence` is the generation of the owner that may write through a row.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/dynamodb.h"
#include "keeper/flow.h"
#include "keeper/task.h"

namespace millrace::keeper {

enum class Phase : uint8_t { kCopy, kLive };
std::string_view phase_text(Phase phase);

inline constexpr char kTrimHorizon[] = "TRIM_HORIZON";
inline constexpr char kShardEnd[] = "SHARD_END";

struct MetaRow {
  std::string state;
  int64_t fence = 0;
  Phase phase = Phase::kCopy;
  std::string owner;
  std::string worker;
  int64_t beat = 0;
  std::string stream;
  int64_t watermark_ms = 0;
  int64_t segments = 0;
};
struct ShardRow {
  std::string shard;
  int64_t fence = 0;
  Phase phase = Phase::kCopy;
  std::string checkpoint = kTrimHorizon;
  std::string state;
  int64_t made_ms = 0;
  int64_t watermark_ms = 0;
  std::string parent;
};
struct SegmentRow {
  int64_t segment = 0;
  int64_t fence = 0;
  std::string state;
  int64_t page = 0;
  std::string last_key;  // JSON of an item; empty at the beginning
  int64_t count = 0;
};

struct ParkedRow {
  codec::Item key;
  std::string sequence;  // of the refused record; empty: refused to the copy
  std::string error;
};

struct Rows {
  std::optional<MetaRow> meta;
  std::vector<ShardRow> shards;
  std::vector<SegmentRow> segments;
  std::vector<ParkedRow> parked;
};

class Coordination {
 public:
  explicit Coordination(const TaskConfig& config)
      : table_(config.coordination_table), task_(config.id()) {}

  const std::string& table() const { return table_; }

  // Everything of the task, strongly consistent. Repeats until it succeeds or the error is
  // permanent.
  Flow<Result<Rows>> read(Io& io) const;

  // Input parts. Conditions use the names #… of `names`, so that no reserved word is in the way.
  codec::Item key(std::string row) const;
  static std::string shard_key(std::string_view shard) { return "S#" + std::string(shard); }
  static std::string segment_key(int64_t segment) { return "C#" + std::to_string(segment); }

 private:
  std::string table_;
  std::string task_;
};

MetaRow meta_from(const codec::Item& item);
ShardRow shard_from(const codec::Item& item);
SegmentRow segment_from(const codec::Item& item);
codec::Item item_of(const ShardRow& row, codec::Item key);
codec::Item item_of(const SegmentRow& row, codec::Item key);
codec::Item item_of(const ParkedRow& row, codec::Item key);
ParkedRow parked_from(const codec::Item& item);

codec::AttributeValue text(std::string_view value);
codec::AttributeValue number(int64_t value);
int64_t number_of(const codec::Item& item, std::string_view name);
std::string text_of(const codec::Item& item, std::string_view name);

// "a = :a AND b = :b" with the names and values it needs, written once.
class Expression {
 public:
  // Adds a value under :name and the attribute under #name, and gives "#name = :name".
  std::string equals(const std::string& attribute, codec::AttributeValue value);
  // The same for SET, under another placeholder so that both can stand in one request.
  std::string set(const std::string& attribute, codec::AttributeValue value);
  std::string name(const std::string& attribute);
  std::map<std::string, std::string> names;
  codec::Item values;
};

// Why a transaction was cancelled, one code an action; empty when `error` is something else.
std::vector<std::string> cancellation_codes(const Error& error);
// What it says of one action, or as a whole where it says nothing of that.
std::string refusal_of(const Error& error, size_t action);
// Whether the same request may succeed later.
bool is_passing(const Error& error);

}  // namespace millrace::keeper
