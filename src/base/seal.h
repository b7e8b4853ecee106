// Sealing: authenticated encryption (AES-256-GCM) of small secrets, for what must not be readable
// in a copy of the store: secret access keys, session tokens, SecureString parameters. The result
// is nonce (12 bytes) + ciphertext + tag (16 bytes).
//
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace {

inline constexpr size_t kSealKeyBytes = 32;

struct SealContext {
  std::string_view key;  // REQUIRES: kSealKeyBytes long
  std::string_view
      purpose;  // bound to the result: what was sealed as one thing opens as nothing else
};
std::string seal(const SealContext& context, std::string_view plaintext);
// nullopt when it was not made by seal() with this key and purpose.
std::optional<std::string> unseal(const SealContext& context, std::string_view sealed);

}  // namespace millrace
