#include "base/hash.h"

#include <libdeflate.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.h"

namespace millrace {
namespace {

const EVP_MD* fetched(HashKind kind) {
  static const EVP_MD* const sha256_md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha1_md = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static const EVP_MD* const md5_md = EVP_MD_fetch(nullptr, "MD5", nullptr);
  switch (kind) {
    case HashKind::kSha256: return sha256_md;
    case HashKind::kSha1: return sha1_md;
    case HashKind::kMd5: return md5_md;
    default: return nullptr;
  }
}

struct MdContextDeleter {
  void operator()(EVP_MD_CTX* ctx) const { EVP_MD_CTX_free(ctx); }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, MdContextDeleter>;

std::string digest(HashKind kind, std::string_view bytes) {
  thread_local MdContext ctx(EVP_MD_CTX_new());
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  CHECK(EVP_DigestInit_ex2(ctx.get(), fetched(kind), nullptr) == 1);
  CHECK(EVP_DigestUpdate(ctx.get(), bytes.data(), bytes.size()) == 1);
  CHECK(EVP_DigestFinal_ex(ctx.get(), reinterpret_cast<uint8_t*>(out.data()), &length) == 1);
  out.resize(length);
  return out;
}

// Eight tables for slicing-by-8 over a reflected polynomial of `Word`'s width.
template <class Word>
struct CrcTables {
  Word t[8][256];
  explicit CrcTables(Word reflected_polynomial) {
    for (int i = 0; i < 256; ++i) {
      Word c = static_cast<Word>(i);
      for (int k = 0; k < 8; ++k)
        c = (c & 1) != 0 ? reflected_polynomial ^ (c >> 1) : c >> 1;
      t[0][i] = c;
    }
    for (int i = 0; i < 256; ++i) {
      for (int k = 1; k < 8; ++k)
        t[k][i] = t[0][t[k - 1][i] & 0xFF] ^ (t[k - 1][i] >> 8);
    }
  }
};

template <class Word>
Word crc_update(const CrcTables<Word>& tables, std::string_view bytes, Word crc) {
  crc = ~crc;
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t n = bytes.size();
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t v;
    __builtin_memcpy(&v, p, 8);
    v ^= crc;
    crc = tables.t[7][v & 0xFF] ^ tables.t[6][v >> 8 & 0xFF] ^ tables.t[5][v >> 16 & 0xFF] ^
          tables.t[4][v >> 24 & 0xFF] ^ tables.t[3][v >> 32 & 0xFF] ^ tables.t[2][v >> 40 & 0xFF] ^
          tables.t[1][v >> 48 & 0xFF] ^ tables.t[0][v >> 56 & 0xFF];
  }
  for (; n > 0; --n, ++p)
    crc = tables.t[0][(crc ^ *p) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

template <class Word>
std::string big_endian(Word value) {
  std::string out(sizeof value, '\0');
  for (size_t i = 0; i < sizeof value; ++i) {
    out[sizeof value - 1 - i] = static_cast<char>(value >> (8 * i));
  }
  return out;
}

template <class Word>
Word from_big_endian(std::string_view bytes) {
  CHECK(bytes.size() == sizeof(Word));
  Word value = 0;
  for (char c : bytes)
    value = static_cast<Word>(value << 8) | static_cast<uint8_t>(c);
  return value;
}

// CRCs are polynomials over GF(2), reflected: the highest bit is the coefficient of x^0.
template <class Word>
constexpr Word kOne = Word{1} << (8 * sizeof(Word) - 1);

template <class Word>
Word times_x(Word a, Word polynomial) {
  return (a & 1) != 0 ? (a >> 1) ^ polynomial : a >> 1;
}

template <class Word>
Word multiply(Word a, Word b, Word polynomial) {
  Word product = 0;
  for (Word bit = kOne<Word>; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = times_x(b, polynomial);
  }
  return product;
}

// `size` more bytes behind the first ones multiply their CRC by x^(8 * size).
template <class Word>
std::string combine(Word polynomial, const CrcOf& first, const CrcOf& second) {
  Word power = kOne<Word>;
  Word square = kOne<Word>;
  for (int i = 0; i < 8; ++i)
    square = times_x(square, polynomial);
  for (uint64_t n = second.size; n > 0; n >>= 1) {
    if ((n & 1) != 0) power = multiply(power, square, polynomial);
    square = multiply(square, square, polynomial);
  }
  Word shifted = multiply(from_big_endian<Word>(first.digest), power, polynomial);
  return big_endian(static_cast<Word>(shifted ^ from_big_endian<Word>(second.digest)));
}

constexpr uint32_t kCrc32Polynomial = 0xEDB88320u;
constexpr uint32_t kCrc32cPolynomial = 0x82F63B78u;
constexpr uint64_t kCrc64NvmePolynomial = 0x9A6C9329AC4BC9B5ull;

class EvpHasher final : public Hasher {
 public:
  explicit EvpHasher(HashKind kind) : ctx_(EVP_MD_CTX_new()) {
    CHECK(EVP_DigestInit_ex2(ctx_.get(), fetched(kind), nullptr) == 1);
  }
  void update(std::string_view bytes) override {
    CHECK(EVP_DigestUpdate(ctx_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string finish() override {
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned length = 0;
    CHECK(EVP_DigestFinal_ex(ctx_.get(), reinterpret_cast<uint8_t*>(out.data()), &length) == 1);
    out.resize(length);
    return out;
  }

 private:
  MdContext ctx_;
};

template <class Word, Word (*Update)(std::string_view, Word)>
class CrcHasher final : public Hasher {
 public:
  void update(std::string_view bytes) override { crc_ = Update(bytes, crc_); }
  std::string finish() override { return big_endian(crc_); }

 private:
  Word crc_ = 0;
};

}  // namespace

std::string sha256(std::string_view bytes) { return digest(HashKind::kSha256, bytes); }
std::string sha1(std::string_view bytes) { return digest(HashKind::kSha1, bytes); }
std::string md5(std::string_view bytes) { return digest(HashKind::kMd5, bytes); }

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string out(32, '\0');
  unsigned length = 0;
  CHECK(HMAC(fetched(HashKind::kSha256), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const uint8_t*>(message.data()), message.size(),
             reinterpret_cast<uint8_t*>(out.data()), &length) != nullptr);
  return out;
}

uint32_t crc32(std::string_view bytes, uint32_t crc) {
  return libdeflate_crc32(crc, bytes.data(), bytes.size());
}

uint32_t crc32c(std::string_view bytes, uint32_t crc) {
  static const CrcTables<uint32_t> tables(kCrc32cPolynomial);
  return crc_update<uint32_t>(tables, bytes, crc);
}

uint64_t crc64_nvme(std::string_view bytes, uint64_t crc) {
  static const CrcTables<uint64_t> tables(kCrc64NvmePolynomial);
  return crc_update<uint64_t>(tables, bytes, crc);
}

std::unique_ptr<Hasher> Hasher::create(HashKind kind) {
  switch (kind) {
    case HashKind::kCrc32: return std::make_unique<CrcHasher<uint32_t, crc32>>();
    case HashKind::kCrc32c: return std::make_unique<CrcHasher<uint32_t, crc32c>>();
    case HashKind::kCrc64Nvme: return std::make_unique<CrcHasher<uint64_t, crc64_nvme>>();
    default: return std::make_unique<EvpHasher>(kind);
  }
}

CrcOf combine_crc(HashKind kind, const CrcOf& first, const CrcOf& second) {
  CrcOf whole{.size = first.size + second.size};
  switch (kind) {
    case HashKind::kCrc32: whole.digest = combine(kCrc32Polynomial, first, second); break;
    case HashKind::kCrc32c: whole.digest = combine(kCrc32cPolynomial, first, second); break;
    case HashKind::kCrc64Nvme: whole.digest = combine(kCrc64NvmePolynomial, first, second); break;
    default: CHECK(false);
  }
  return whole;
}

bool constant_time_equals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace millrace
