// Proves that two tables hold the same items, or names those that differ, without stopping whoever
// writes. One consistent pass over each side as hashes; then every key that differed is looked at
// again: source, target, source. Only a key whose source stood still while the target was
// different, in every round, is divergent; what was merely on its way is not.
//
// Where a replication of ours feeds the target, the look at the target waits until the replication
// has applied everything that the first look at the source can have seen (its watermark, from the
// coordination table), so that lag is never taken for a difference however long it is. If it does
// not get there within `settle_ms`, its keys are not judged. Between tables without a replication
// the rounds are spread over `settle_ms`.
//
// Memory: 32 bytes an item and side.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "client/client.h"
#include "codec/attribute_value.h"
#include "keeper/progress.h"
#include "keeper/scan.h"

namespace millrace::keeper {

struct VerifyOptions {
  ScanOptions source, target;
  std::string coordination_table;  // in the target's region; empty: no replication
  std::string replication;         // TaskConfig::id()
  int64_t settle_ms = 60'000;
  int rounds = 3;
};
enum class Difference { kMissing, kExtra, kDifferent };  // seen from the target
struct Divergence {
  codec::Item key;
  Difference difference;
};
struct VerifyResult {
  int64_t source_items = 0, target_items = 0;
  int64_t candidates = 0;  // differed in the first pass
  int64_t hot = 0;         // candidates that were being written in every round: not judged
  std::vector<Divergence> divergent;
  // Differ, but the replication has not come so far: not judged.
  std::vector<Divergence> behind;
  std::string why_behind;

  bool equal() const { return hot == 0 && divergent.empty() && behind.empty(); }
};
Result<VerifyResult> run_verify(client::Client& source, client::Client& target,
                                const VerifyOptions& options, const Clock& clock,
                                std::FILE* progress);

// The first pass, pure: hashes of keys and of whole items, and which keys differ.
using Digest = std::array<uint8_t, 16>;
struct ItemDigest {
  Digest key, item;
  auto operator<=>(const ItemDigest&) const = default;
};
Digest digest_of(const codec::Item& item);
// Keys in one of the two lists only, or with different items. Sorts both.
std::vector<Digest> differing_keys(std::vector<ItemDigest>& source,
                                   std::vector<ItemDigest>& target);

}  // namespace millrace::keeper
