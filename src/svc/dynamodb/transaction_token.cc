#include "svc/dynamodb/transaction_token.h"

#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/store_keys.h"
#include "svc/dynamodb/work.h"

namespace millrace::dynamodb {

namespace {

// Behind Part::kTransactionToken. On disk: frozen.
constexpr uint8_t kByToken = 0;
constexpr uint8_t kByExpiry = 1;

std::string by_token(const svc::Scope& scope, std::string_view token) {
  return part_key(scope, Part::kTransactionToken).u8(kByToken).str(token).key();
}

store::KeyWriter by_expiry(const svc::Scope& scope) {
  auto key = part_key(scope, Part::kTransactionToken);
  key.u8(kByExpiry);
  return key;
}

std::string big_endian(uint64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift);
  return out;
}

uint64_t from_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8 && i < bytes.size(); ++i) {
    value = value << 8 | static_cast<uint8_t>(bytes[i]);
  }
  return value;
}

}  // namespace

Result<TokenState> claim_token(svc::Context& ctx, std::string_view token,
                               std::string_view fingerprint) {
  const std::string key = by_token(ctx.scope(), token);
  MR_ASSIGN(std::optional<std::string> found, ctx.txn().get(key));
  const auto now = static_cast<uint64_t>(ctx.now().ms());
  if (found && from_big_endian(*found) > now) {
    if (std::string_view(*found).substr(8) == fingerprint) return TokenState::kRepeated;
    return Error("IdempotentParameterMismatchException", 400,
                 "The request token was used before with different parameters");
  }
  const uint64_t expires = now + kTransactionTokenLifeMs;
  ctx.txn().put(key, big_endian(expires) + std::string(fingerprint));
  ctx.txn().put(by_expiry(ctx.scope()).u64(expires).str(token).key(), "");
  MR_TRY(note_work(ctx.txn(), Work{.kind = WorkKind::kSweepTokens, .scope = ctx.scope()}));
  return TokenState::kNew;
}

Result<bool> sweep_tokens(store::Txn& txn, const svc::Scope& scope, Instant now, int count_max,
                          std::string& at) {
  const store::KeyRange over{std::max(by_expiry(scope).key(), at),
                             by_expiry(scope).u64(static_cast<uint64_t>(now.ms())).key()};
  auto cursor = txn.scan_untracked(over);
  int count = 0;
  for (; cursor->valid() && count < count_max; cursor->next(), ++count) {
    store::KeyReader reader(cursor->key());
    (void)reader.u8();  // part
    (void)reader.u8();
    const auto expires = reader.u64();
    const auto token = reader.str();
    if (!expires || !token) return Error::internal("damaged transaction token key");
    // The token may have been used again since.
    const std::string key = by_token(scope, *token);
    MR_ASSIGN(std::optional<std::string> found, txn.get(key));
    if (found && from_big_endian(*found) == *expires) txn.del(key);
    txn.del(cursor->key());
    at = std::string(cursor->key()) + '\0';
  }
  MR_TRY(cursor->status());
  return count == count_max;
}

}  // namespace millrace::dynamodb
