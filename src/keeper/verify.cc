#include "keeper/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "aws/dynamodb.h"
#include "base/hash.h"
#include "codec/attribute_value_disk.h"
#include "keeper/describe.h"
#include "keeper/replication_watch.h"
#include "keeper/table_settings.h"

namespace millrace::keeper {
namespace {

namespace api = aws::dynamodb;

constexpr size_t kBatchKeys = 100;  // BatchGetItem's limit
constexpr int kBatchTriesMax = 60;

using Items = std::map<Digest, codec::Item>;  // by digest of the key

// One side of the comparison.
struct TableSide {
  client::Client& client;
  const ScanOptions& scan;
  std::vector<std::string> keys;
  std::vector<ItemDigest> digests;
};

Status open_side(TableSide& side) {
  MR_ASSIGN(auto described, side.client.call<api::DescribeTable>({.table_name = side.scan.table}));
  side.keys = key_names(described.table.value_or(api::TableDescription()));
  return ok_status();
}

Status digest_side(TableSide& side, Progress& progress) {
  std::mutex mutex;
  return scan_table(side.client, side.scan, [&](int, std::vector<codec::Item> items) -> Status {
    std::vector<ItemDigest> digests;
    digests.reserve(items.size());
    for (const codec::Item& item : items) {
      MR_ASSIGN(codec::Item key, key_of(item, side.keys));
      digests.push_back({digest_of(key), digest_of(item)});
    }
    progress.add(static_cast<int64_t>(items.size()));
    std::lock_guard lock(mutex);
    side.digests.insert(side.digests.end(), digests.begin(), digests.end());
    return ok_status();
  });
}

// A second pass finds the keys behind the digests that differed; hashes alone cannot be asked for.
Status collect_keys(TableSide& side, const std::set<Digest>& wanted, Items& keys) {
  std::mutex mutex;
  return scan_table(side.client, side.scan, [&](int, std::vector<codec::Item> items) -> Status {
    for (const codec::Item& item : items) {
      MR_ASSIGN(codec::Item key, key_of(item, side.keys));
      Digest digest = digest_of(key);
      if (!wanted.contains(digest)) continue;
      std::lock_guard lock(mutex);
      keys.emplace(digest, std::move(key));
    }
    return ok_status();
  });
}

// The present items of these keys; absent ones are left out.
Result<Items> read_items(TableSide& side, const Items& keys) {
  Items found;
  auto next = keys.begin();
  while (next != keys.end()) {
    api::BatchGetItemInput input;
    auto& request = input.request_items[side.scan.table];
    request.consistent_read = true;
    for (; next != keys.end() && request.keys.size() < kBatchKeys; ++next) {
      request.keys.push_back(next->second);
    }
    int tries = 0;
    do {
      MR_ASSIGN(auto output, side.client.call<api::BatchGetItem>(input));
      if (output.responses) {
        for (codec::Item& item : (*output.responses)[side.scan.table]) {
          MR_ASSIGN(codec::Item key, key_of(item, side.keys));
          found[digest_of(key)] = std::move(item);
        }
      }
      input.request_items =
          output.unprocessed_keys.value_or(std::map<std::string, api::KeysAndAttributes>());
      if (++tries > kBatchTriesMax) {
        return Error("ThrottlingException", 400,
                     "the table takes no more reads: too little capacity?");
      }
    } while (!input.request_items.empty());
  }
  return found;
}

std::optional<codec::Item> pick(const Items& items, const Digest& digest) {
  auto it = items.find(digest);
  return it == items.end() ? std::nullopt : std::optional<codec::Item>(it->second);
}

Difference difference_of(const std::optional<codec::Item>& source,
                         const std::optional<codec::Item>& target) {
  if (!target) return Difference::kMissing;
  return source ? Difference::kDifferent : Difference::kExtra;
}

// One look at every candidate: source, target, source again. Removes those that are equal now; says
// of the rest whether the source stood still.
struct Look {
  std::map<Digest, Divergence> standing;  // differs although the source did not move
  std::set<Digest> moving;
  std::string behind;  // why the target cannot be as new as the first look at the source
};
Result<Look> look_again(TableSide& source, TableSide& target, Items& candidates,
                        ReplicationWatch& watch) {
  Look look;
  MR_ASSIGN(Items before, read_items(source, candidates));
  MR_ASSIGN(look.behind, watch.wait_for_now());
  MR_ASSIGN(Items replica, read_items(target, candidates));
  MR_ASSIGN(Items after, read_items(source, candidates));
  for (auto it = candidates.begin(); it != candidates.end();) {
    const Digest& digest = it->first;
    auto s1 = pick(before, digest), r = pick(replica, digest), s2 = pick(after, digest);
    if (s1 == s2 && s1 == r) {
      it = candidates.erase(it);
      continue;
    }
    if (s1 == s2) {
      look.standing[digest] = {it->second, difference_of(s1, r)};
    } else {
      look.moving.insert(digest);
    }
    ++it;
  }
  return look;
}

}  // namespace

Digest digest_of(const codec::Item& item) {
  std::string hash = sha256(codec::encode_item(item));
  Digest digest;
  std::memcpy(digest.data(), hash.data(), digest.size());
  return digest;
}

std::vector<Digest> differing_keys(std::vector<ItemDigest>& source,
                                   std::vector<ItemDigest>& target) {
  std::sort(source.begin(), source.end());
  std::sort(target.begin(), target.end());
  std::vector<ItemDigest> different;
  std::set_symmetric_difference(source.begin(), source.end(), target.begin(), target.end(),
                                std::back_inserter(different));
  std::vector<Digest> keys;
  for (const ItemDigest& entry : different) {
    if (keys.empty() || keys.back() != entry.key) keys.push_back(entry.key);
  }
  return keys;
}

Result<VerifyResult> run_verify(client::Client& source_client, client::Client& target_client,
                                const VerifyOptions& options, const Clock& clock,
                                std::FILE* progress_out) {
  TableSide source{source_client, options.source, {}, {}};
  TableSide target{target_client, options.target, {}, {}};
  MR_TRY(open_side(source));
  MR_TRY(open_side(target));
  if (source.keys != target.keys) {
    return Error("InvalidArgument", 400,
                 "the two tables have different keys: they cannot be compared");
  }
  {
    Progress progress("verifying", 0, clock, progress_out);
    MR_TRY(digest_side(source, progress));
    MR_TRY(digest_side(target, progress));
  }
  VerifyResult result{.source_items = static_cast<int64_t>(source.digests.size()),
                      .target_items = static_cast<int64_t>(target.digests.size())};
  std::vector<Digest> different = differing_keys(source.digests, target.digests);
  result.candidates = static_cast<int64_t>(different.size());
  if (different.empty()) return result;

  Items candidates;
  std::set<Digest> wanted(different.begin(), different.end());
  MR_TRY(collect_keys(source, wanted, candidates));
  MR_TRY(collect_keys(target, wanted, candidates));
  ReplicationWatch watch(target_client, options.coordination_table, options.replication, clock,
                         options.settle_ms);
  MR_ASSIGN(const bool replicated, watch.find());
  // The first round is at once; the others are spread over the settling time, unless the
  // replication says when to look. One that finds nothing ends it.
  Look look;
  const int rounds = std::max(options.rounds, 1);
  for (int round = 0; round < rounds && !candidates.empty() && look.behind.empty(); ++round) {
    if (round > 0 && !replicated) {
      std::this_thread::sleep_for(std::chrono::milliseconds(options.settle_ms / (rounds - 1)));
    }
    MR_ASSIGN(look, look_again(source, target, candidates, watch));
  }
  if (candidates.empty()) return result;
  result.hot = static_cast<int64_t>(look.moving.size());
  result.why_behind = look.behind;
  auto& found = look.behind.empty() ? result.divergent : result.behind;
  for (auto& [digest, divergence] : look.standing)
    found.push_back(std::move(divergence));
  return result;
}

}  // namespace millrace::keeper
