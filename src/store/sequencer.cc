#include "store/sequencer.h"

namespace millrace::store {
namespace {

void append_u64(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

// docs/formats.md, "Store": prefix, version, index.
std::string appended_key(std::string_view prefix, CommitVersion version, uint16_t index) {
  std::string key;
  key.reserve(prefix.size() + kAppendSuffixBytes);
  key.append(prefix);
  append_u64(key, version);
  key.push_back(static_cast<char>(index >> 8));
  key.push_back(static_cast<char>(index));
  return key;
}

// Unsigned arithmetic, because a counter wraps rather than being undefined.
std::string added(const std::optional<std::string>& base, int64_t delta) {
  uint64_t sum = base ? static_cast<uint64_t>(decode_counter(*base)) : 0;
  std::string value;
  append_u64(value, sum + static_cast<uint64_t>(delta));
  return value;
}

}  // namespace

Error conflict_error() {
  return Error(kConflictCode, 409, "The transaction lost against another one.");
}

Result<Sequencer::Outcome> Sequencer::sequence(TxnImpl& txn, OpSink& sink) {
  if (auto lost_to = detector_.find_conflict(txn.reads(), txn.read_version())) {
    return Outcome{.version = *lost_to, .conflict = true};
  }
  CommitVersion version =
      last_version_ + txn.writes().size() + txn.adds().size() + txn.appends().size();
  for (const auto& [key, value] : txn.writes()) {
    if (value.has_value()) {
      sink.put(key, *value);
    } else {
      sink.del(key);
    }
  }
  for (const auto& [key, delta] : txn.adds()) {
    MR_ASSIGN(std::optional<std::string> base, sink.current(key));
    sink.put(key, added(base, delta));
  }
  std::vector<std::string> keys = txn.take_written_keys();
  uint16_t index = 0;
  for (const TxnImpl::Append& append : txn.appends()) {
    std::string key = appended_key(append.prefix, version, index++);
    sink.put(key, append.value);
    keys.push_back(std::move(key));
  }
  detector_.record(version, std::move(keys));
  last_version_ = version;
  return Outcome{.version = version};
}

}  // namespace millrace::store
