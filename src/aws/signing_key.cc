#include "aws/signing_key.h"

#include <openssl/evp.h>

#include <memory>
#include <unordered_map>

#include "base/check.h"
#include "base/hash.h"

namespace millrace::aws {
namespace {

struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

Context new_context() {
  Context context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  return context;
}

const EVP_MD* sha256_md() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

Sha256Digest finish(EVP_MD_CTX* context) {
  Sha256Digest out;
  unsigned length = 0;
  CHECK(EVP_DigestFinal_ex(context, out.data(), &length) == 1 && length == out.size());
  return out;
}

EVP_MD_CTX* scratch() {
  thread_local const Context context = new_context();
  return context.get();
}

// A key with both of its HMAC blocks already hashed.
class HmacState {
 public:
  explicit HmacState(const Sha256Digest& key)
      : inner_(start(key, 0x36)), outer_(start(key, 0x5C)) {}

  Sha256Digest digest(std::string_view message) const {
    CHECK(EVP_MD_CTX_copy_ex(scratch(), inner_.get()) == 1);
    CHECK(EVP_DigestUpdate(scratch(), message.data(), message.size()) == 1);
    const Sha256Digest inner = finish(scratch());
    CHECK(EVP_MD_CTX_copy_ex(scratch(), outer_.get()) == 1);
    CHECK(EVP_DigestUpdate(scratch(), inner.data(), inner.size()) == 1);
    return finish(scratch());
  }

 private:
  static Context start(const Sha256Digest& key, unsigned char pad) {
    std::array<unsigned char, 64> block;
    block.fill(pad);
    for (size_t i = 0; i < key.size(); ++i)
      block[i] ^= key[i];
    Context context = new_context();
    CHECK(EVP_DigestInit_ex2(context.get(), sha256_md(), nullptr) == 1);
    CHECK(EVP_DigestUpdate(context.get(), block.data(), block.size()) == 1);
    return context;
  }

  Context inner_;
  Context outer_;
};

Sha256Digest derive(const Secret& secret, const KeyScope& scope) {
  std::string key = hmac_sha256("AWS4" + secret.reveal(), scope.date);
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  key = hmac_sha256(key, "aws4_request");
  Sha256Digest out;
  std::copy(key.begin(), key.end(), out.begin());
  return out;
}

}  // namespace

Sha256Digest hmac_with_signing_key(const Secret& secret, const KeyScope& scope,
                                   std::string_view message) {
  // The name holds the secret itself, so that a changed secret can never meet an old key.
  constexpr size_t kKeysMax = 512;
  thread_local std::unordered_map<std::string, HmacState> keys;
  thread_local std::string name;
  name.assign(secret.reveal());
  for (std::string_view part : {scope.date, scope.region, scope.service}) {
    name += '\0';
    name += part;
  }
  auto found = keys.find(name);
  if (found == keys.end()) {
    if (keys.size() >= kKeysMax) keys.clear();
    found = keys.emplace(name, HmacState(derive(secret, scope))).first;
  }
  return found->second.digest(message);
}

Sha256Digest sha256_digest(std::string_view bytes) {
  CHECK(EVP_DigestInit_ex2(scratch(), sha256_md(), nullptr) == 1);
  CHECK(EVP_DigestUpdate(scratch(), bytes.data(), bytes.size()) == 1);
  return finish(scratch());
}

void append_hex(std::string& out, const Sha256Digest& digest) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (unsigned char byte : digest) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

}  // namespace millrace::aws
