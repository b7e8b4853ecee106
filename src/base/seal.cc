#include "base/seal.h"

#include <openssl/evp.h>

#include <memory>

#include "base/check.h"
#include "base/random.h"

namespace millrace {
namespace {

constexpr int kNonceBytes = 12;
constexpr int kTagBytes = 16;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

CipherContext new_cipher() {
  CipherContext cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  CHECK(cipher != nullptr);
  return cipher;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

std::string seal(const SealContext& context, std::string_view plaintext) {
  CHECK(context.key.size() == kSealKeyBytes);
  std::string out = secure_random_bytes(kNonceBytes);
  CipherContext cipher = new_cipher();
  CHECK(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(context.key),
                           bytes_of(out)) == 1);
  int length = 0;
  CHECK(EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes_of(context.purpose),
                          static_cast<int>(context.purpose.size())) == 1);
  out.resize(kNonceBytes + plaintext.size() + kTagBytes);
  unsigned char* body = bytes_of(out) + kNonceBytes;
  CHECK(EVP_EncryptUpdate(cipher.get(), body, &length, bytes_of(plaintext),
                          static_cast<int>(plaintext.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(cipher.get(), body + plaintext.size(), &length) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                            body + plaintext.size()) == 1);
  return out;
}

std::optional<std::string> unseal(const SealContext& context, std::string_view sealed) {
  CHECK(context.key.size() == kSealKeyBytes);
  if (sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  CipherContext cipher = new_cipher();
  CHECK(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(context.key),
                           bytes_of(sealed)) == 1);
  int length = 0;
  CHECK(EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes_of(context.purpose),
                          static_cast<int>(context.purpose.size())) == 1);
  std::string out(body.size() + 1, '\0');  // never an empty buffer
  CHECK(EVP_DecryptUpdate(cipher.get(), bytes_of(out), &length, bytes_of(body),
                          static_cast<int>(body.size())) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1);
  int rest = 0;
  if (EVP_DecryptFinal_ex(cipher.get(), bytes_of(out) + length, &rest) != 1) return std::nullopt;
  out.resize(body.size());
  return out;
}

}  // namespace millrace
