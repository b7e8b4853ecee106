// What a replication is: its tables, its options and how it can end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::keeper {

// How a command ends. Frozen: scripts depend on it.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,     // anything not below
  kDivergent = 2,  // verify: the tables differ
  kGap = 3,        // the source's stream lost records that were not applied yet
  kParked = 4,     // there are keys that the target refuses for ever
  kRefused = 5,    // the command may not do this: wrong table, another owner, not empty
};

// Errors of the keeper itself, by code.
inline constexpr char kGapCode[] = "ReplicationGap";
inline constexpr char kParkedCode[] = "PoisonRecord";
inline constexpr char kRefusedCode[] = "Refused";
inline constexpr char kLostCode[] = "OwnershipLost";
inline Error gap(std::string message) { return Error(kGapCode, 409, std::move(message)); }
inline Error refused(std::string message) { return Error(kRefusedCode, 400, std::move(message)); }
inline Error lost_ownership() {
  return Error(kLostCode, 409, "another worker has taken this replication over");
}
ExitCode exit_code_of(const Error& error);

// The rules that make `exact` mode right. All on, always; the simulator turns one off at a time to
// prove that its absence is noticed.
//
// `shard_fence` alone is not what the end state needs. A transaction carries the checkpoint c that
// it starts from and moves it to e, sequence numbers never come back, and the records in (c, e] are
// the same for whoever reads them: so whatever a former owner commits at c, for the right phase, is
// exactly what the present owner would have committed. It stays because of what it says: refused by
// its fence, a former owner knows that it is one and stops at once instead of racing until its next
// beat; and because no other can move a checkpoint, finding one moved is a broken invariant and not
// a guess. The simulator holds it to that: a former owner moves no row.
struct Protections {
  bool shard_fence = true;       // a shard's transactions carry its owner's fence
  bool shard_checkpoint = true;  // ... and the checkpoint they start from
  bool shard_phase = true;       // ... and the phase they were made for
  bool tombstones = true;        // a delete amid the copy leaves a mark that the copy respects
  bool copy_fence = true;        // a segment's transactions carry its owner's fence and state
  bool copy_if_absent = true;    // a copied item never overwrites
  bool parent_first = true;      // a child shard waits for its parent's end
  bool parked_freed = true;      // a change that is applied takes its key's parked row along
  bool parked_unchanged = true;  // what was parked is tried again only while its row is as it was
};

struct TaskConfig {
  std::string source_region;
  std::string source_table;
  std::string target_region;
  std::string target_table;
  std::string coordination_table = "millrace-replication";  // in the target region
  std::string owner;  // of this run; workers of one supervisor share it
  int segments = 4;
  int64_t lease_ms = 3'000;
  int64_t beat_ms = 1'000;
  int64_t poll_ms = 250;  // of a shard that had nothing
  int64_t discovery_ms = 30'000;
  double copy_items_per_s = 500;  // to begin with; doubles while the target keeps up
  Protections protections;

  // "us-east-1/Orders>eu-west-1/Orders": the partition key of everything in the coordination table.
  std::string id() const;
};

// A deleted item amid the copy, in the target: its key and this attribute.
inline constexpr char kTombstoneAttribute[] = "millrace:deleted-amid-copy";

struct ReplicationStatus {
  std::string state = "starting";
  int64_t source_items = 0;  // AWS's estimate, six hours old at worst
  int64_t copied = 0;        // rows that the copy has dealt with, this run and before
  int64_t applied = 0;       // stream records, this run
  int64_t lag_ms = -1;       // -1: not known yet
  int shards = 0;
  int64_t parked = 0;  // keys that the target refuses
  int segments_done = 0;
  int segments = 0;
};

}  // namespace millrace::keeper
